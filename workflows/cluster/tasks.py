"""What runs in a django-q2 worker when a wake-up arrives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from workflows.cluster.board import board
from workflows.cluster.pulse import Pulse
from workflows.conf import settings
from workflows.engine import Drain, Presence, register
from workflows.models import Worker


@dataclass(frozen=True)
class _Process:
    pid: int
    presence: Presence
    drain: Drain
    pulse: Pulse


_processes: list[_Process] = []


def look(ids: Sequence[int]) -> None:
    """Run these executions and whatever else is runnable."""
    board.hear()
    if not board.stopping:
        _this_process().drain.run(ids)


def enter(**_signal: Any) -> None:
    """Receive `post_spawn`: make a worker known before its first wake-up."""
    try:
        _this_process()
    except (DatabaseError, InterfaceError):
        # The first wake-up tries again.
        return


def _this_process() -> _Process:
    """Make this process known, once; again after a fork or if it was given up."""
    for process in _processes:
        if process.pid == os.getpid() and not process.presence.lost.is_set():
            return process
    for given_up in _processes:
        given_up.pulse.end()
    worker = register(Worker.Kind.WORKER, timezone.now())
    presence = Presence(worker)
    presence.start()
    drain = Drain(
        worker.pk,
        timezone.now,
        threads=settings().outside_threads,
        halted=lambda: board.stopping or presence.lost.is_set(),
    )
    pulse = Pulse(board, drain.hangs)
    pulse.start()
    _processes[:] = [_Process(os.getpid(), presence, drain, pulse)]
    Finalize(None, _leave, args=_processes, exitpriority=1)
    return _processes[0]


def _leave(process: _Process) -> None:
    """Sign off at the normal end of a worker; a killed one has its lease."""
    process.pulse.end()
    try:
        process.drain.close()
        process.presence.leave()
    except (DatabaseError, InterfaceError):
        return
