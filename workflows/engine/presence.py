"""A process makes itself known, and is believed alive while it renews its lease."""

import os
import socket
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from workflows.conf import settings
from workflows.models import Worker, WorkerQuerySet


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
    """Renews the lease of a process, so that a long node is not taken for a death."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(name="presence", daemon=True)
        self.worker = worker
        #: Set when the row is gone: others have taken this process for dead.
        self.lost = threading.Event()
        self._ending = threading.Event()

    def run(self) -> None:
        pause = settings().lease.total_seconds() / 3
        while not self._ending.wait(pause) and not self.lost.is_set():
            try:
                if not renew(self.worker, timezone.now()):
                    self.lost.set()
            except (DatabaseError, InterfaceError):
                # The next beat tries again on a new connection; the lease bears two.
                connection.close()
        connection.close()

    def leave(self) -> None:
        """Stop, and sign off: nobody need wait for the lease to end."""
        self._ending.set()
        self.worker.delete()


def renew(worker: Worker, now: datetime) -> int:
    """Prolong the lease; 0 means that the process was taken for dead."""
    lease_until = now + settings().lease
    return Worker.objects.filter(pk=worker.pk).update(lease_until=lease_until)
