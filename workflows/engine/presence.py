"""A process makes itself known, and is believed alive while it renews its lease."""

import logging
import os
import socket
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Pipe, wait
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from workflows.conf import settings
from workflows.connecting import whole_connection
from workflows.engine.locks import Locks, locks_on
from workflows.exceptions import CannotLock
from workflows.models import Worker, WorkerQuerySet

logger = logging.getLogger(__name__)

#: How soon a process tries again to show that it lives.
AGAIN = timedelta(milliseconds=100)


def register(
    kind: Worker.Kind, now: datetime, *, lease: timedelta | None = None
) -> Worker:
    return Worker.objects.create(
        kind=kind,
        host=host(),
        pid=os.getpid(),
        started_at=now,
        lease_until=now + (lease or settings().lease),
    )


def host() -> str:
    return socket.gethostname()[:255]


def processes(pids: Iterable[int]) -> WorkerQuerySet:
    """Find the workers that processes of this machine have registered."""
    return Worker.objects.filter(host=host(), pid__in=list(pids))


class Presence(threading.Thread):
    """Shows that a process lives: by a lock at once, by a lease if all else fails.

    The thread is apart from the nodes, so that a long one is not taken for a death.
    """

    def __init__(self, worker: Worker, locks: Locks | None = None) -> None:
        super().__init__(name="presence", daemon=True)
        self.worker = worker
        #: Set when the row is gone: others have taken this process for dead.
        self.lost = threading.Event()
        self._locks = locks or locks_on(connection)
        self._can_lock = settings().locks
        self._renews_at = datetime.min.replace(tzinfo=UTC)
        self._ending = threading.Event()
        #: What is written to `_bell` ends the rest of this thread.
        self._ear, self._bell = Pipe(duplex=False)

    def run(self) -> None:
        while not self._ending.is_set() and not self.lost.is_set():
            try:
                with whole_connection():
                    self._rest(self.beat(timezone.now()))
            except (DatabaseError, InterfaceError):
                # The lease bears some failures, and so do the guards of the lock.
                connection.close()
                self._rest(AGAIN)
        self._locks.release()
        connection.close()

    def beat(self, now: datetime) -> timedelta:
        """Hold the lock, renew the lease in time; tell when to come again.

        A lock that was lost with its connection is taken again; whoever took its
        holder for dead meanwhile has removed the row, and the lease shows it.
        """
        wants_lock = self._can_lock and self._locks.lost
        has_lock = wants_lock and self._take()
        if has_lock or now >= self._renews_at:
            values = {"has_lock": True} if has_lock else {}
            if not renew(self.worker, now, **values):
                self.lost.set()
            self._renews_at = now + settings().lease / 3
        waits_for_lock = self._can_lock and self._locks.lost
        return AGAIN if waits_for_lock else self._renews_at - now

    def _take(self) -> bool:
        try:
            return self._locks.take(self.worker.pk)
        except CannotLock as error:
            logger.warning("%s", error)
            self._can_lock = False
            return False

    def _rest(self, pause: timedelta) -> None:
        """Wait, but not beyond the end of the connection that has the lock."""
        files: list[Any] = [self._ear]
        locked = self._locks.file
        if locked is not None:
            files.append(locked)
        if locked in wait(files, pause.total_seconds()) and not connection.is_usable():
            connection.close()

    def leave(self) -> None:
        """Stop, and sign off: nobody need wait for the lease to end."""
        self._ending.set()
        self._bell.send(None)
        # The object keeps its id: the thread may be in the middle of a beat.
        Worker.objects.filter(pk=self.worker.pk).delete()
        self._locks.forget(self.worker.pk)


def renew(worker: Worker, now: datetime, **values: Any) -> int:
    """Prolong the lease; 0 means that the process was taken for dead."""
    lease_until = now + settings().lease
    mine = Worker.objects.filter(pk=worker.pk)
    return mine.update(lease_until=lease_until, **values)
