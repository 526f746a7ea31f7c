"""What runs in a django-q2 worker when a wake-up arrives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from workflows.conf import settings
from workflows.engine import Drain, Presence, register
from workflows.models import Worker


@dataclass(frozen=True)
class _Process:
    pid: int
    presence: Presence
    drain: Drain


_processes: list[_Process] = []


def look(ids: Sequence[int]) -> None:
    """Run these executions and whatever else is runnable."""
    _this_process().drain.run(ids)


def _this_process() -> _Process:
    """Make this process known, once; again after a fork or if it was given up."""
    for process in _processes:
        if process.pid == os.getpid() and not process.presence.lost.is_set():
            return process
    worker = register(Worker.Kind.WORKER, timezone.now())
    presence = Presence(worker)
    presence.start()
    drain = Drain(worker.pk, timezone.now, threads=settings().outside_threads)
    _processes[:] = [_Process(os.getpid(), presence, drain)]
    return _processes[0]
