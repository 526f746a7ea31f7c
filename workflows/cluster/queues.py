"""The queues between the processes of a cluster, which a killed reader cannot block.

An idle worker waits for a message with the lock of the queue in its hands. A semaphore,
as multiprocessing has it, would stay locked for ever when that worker is killed.
"""

import fcntl
import os
import weakref
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from django_q import cluster
from django_q.queues import Queue


class FileLock:
    """A lock between processes that the kernel frees at the death of its holder.

    A lock of POSIX belongs to one process and is not inherited. It does not keep
    threads of one process apart; only the main thread of a worker reads.
    """

    def __init__(self) -> None:
        self._file, path = mkstemp(prefix="punctual-queue-")
        Path(path).unlink()
        weakref.finalize(self, os.close, self._file)

    def __enter__(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_error: object) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)


class SturdyQueue(Queue):  # type: ignore[misc]  # django-q2 has no types
    """A queue of django-q2 that goes on when a process dies that waits for it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rlock = FileLock()


def install() -> None:
    """Have clusters use these queues; django-q2 has no setting for it."""
    cluster.Queue = SturdyQueue
