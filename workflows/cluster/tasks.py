"""What runs in a django-q2 worker when a wake-up arrives."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.util import Finalize
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from workflows import registry
from workflows.cluster.board import board
from workflows.cluster.pulse import Pulse
from workflows.cluster.wakeups import EARLY, wake
from workflows.conf import settings
from workflows.connecting import whole_connection
from workflows.contracts import Hands
from workflows.engine import Drain, Presence, Warming, register
from workflows.models import Worker
from workflows.poller import rest

logger = logging.getLogger(__name__)

#: How long to rest, in seconds, when the database does not answer.
RECOVERY = 0.5


@dataclass(frozen=True)
class _Process:
    pid: int
    presence: Presence
    warming: Warming
    drain: Drain
    pulse: Pulse
    hands: Hands


_processes: list[_Process] = []


def look(ids: Sequence[int], at: str | None = None) -> None:
    """Run these executions and whatever else is runnable; before, rest until `at`.

    A worker whose database fails tries again by itself: the next wake-up may never
    reach it, and nobody else may have what is in its hands while it lives.
    """
    board.hear()
    if at is not None:
        _await(datetime.fromisoformat(at))
    many = at is not None and not ids
    while not board.stopping and not _has_run(ids, many=many):
        rest(RECOVERY)


def _await(moment: datetime) -> None:
    """Rest until a moment that is near; a clock that says otherwise is not believed."""
    pause = moment - timezone.now()
    if timedelta(0) < pause <= 2 * EARLY:
        rest(pause.total_seconds())


def _has_run(ids: Sequence[int], *, many: bool) -> bool:
    try:
        with whole_connection():
            drain = _this_process().drain
            drain.run(ids, many=many)
            # At the end of the queue: others had to wait for the slice.
            wake(drain.handed_back)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database does not answer; trying again: %s", error)
        connection.close()
        return False
    return True


def attend(name: str, ids: Sequence[int]) -> None:
    """Let a lane look at what it has to do."""
    board.hear()
    if board.stopping:
        return
    try:
        registry.lanes.get(name).look(_this_process().hands, ids)
    except (DatabaseError, InterfaceError) as error:
        # A scheduler sends the wake-up again.
        logger.warning("The database does not answer: %s", error)
        connection.close()


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
    hands = Hands(
        worker.pk,
        str(worker),
        timezone.now,
        halted=lambda: board.stopping or presence.lost.is_set(),
    )
    warming = Warming()
    warming.start()
    drain = Drain(
        worker.pk,
        timezone.now,
        threads=settings().outside_threads,
        halted=hands.halted,
    )
    pulse = Pulse(board, drain.hangs)
    pulse.start()
    _processes[:] = [_Process(os.getpid(), presence, warming, drain, pulse, hands)]
    Finalize(None, _leave, args=tuple(_processes), exitpriority=1)
    return _processes[0]


def _leave(process: _Process) -> None:
    """Sign off at the normal end of a worker; a killed one has its lease."""
    process.warming.leave()
    process.pulse.end()
    try:
        process.drain.close()
        for lane in registry.lanes:
            lane.leave(process.hands)
        process.presence.leave()
    except (DatabaseError, InterfaceError):
        return
