"""What runs in a django-q2 worker when a wake-up arrives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from workflows import registry
from workflows.cluster.board import board
from workflows.conf import settings
from workflows.contracts import Hands
from workflows.engine import Drain, Presence, register
from workflows.models import Worker


@dataclass(frozen=True)
class _Process:
    pid: int
    presence: Presence
    drain: Drain
    hands: Hands


_processes: list[_Process] = []


def look(ids: Sequence[int]) -> None:
    """Run these executions and whatever else is runnable."""
    board.hear()
    if not board.stopping:
        _this_process().drain.run(ids)


def attend(name: str, ids: Sequence[int]) -> None:
    """Let a lane look at what it has to do."""
    board.hear()
    if not board.stopping:
        registry.lanes.get(name).look(_this_process().hands, ids)


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
    worker = register(Worker.Kind.WORKER, timezone.now())
    presence = Presence(worker)
    presence.start()
    hands = Hands(
        worker.pk,
        str(worker),
        timezone.now,
        halted=lambda: board.stopping or presence.lost.is_set(),
    )
    drain = Drain(
        worker.pk,
        timezone.now,
        threads=settings().outside_threads,
        halted=hands.halted,
    )
    _processes[:] = [_Process(os.getpid(), presence, drain, hands)]
    Finalize(None, _leave, args=_processes, exitpriority=1)
    return _processes[0]


def _leave(process: _Process) -> None:
    """Sign off at the normal end of a worker; a killed one has its lease."""
    try:
        process.drain.close()
        for lane in registry.lanes:
            lane.leave(process.hands)
        process.presence.leave()
    except (DatabaseError, InterfaceError):
        return
