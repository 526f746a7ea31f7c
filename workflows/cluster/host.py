"""The processes of a cluster: started, watched, and never left behind."""

import logging
import threading
from datetime import datetime

import psutil
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.signals import post_spawn

from workflows.cluster.board import board
from workflows.cluster.pulse import Silence
from workflows.cluster.queues import install
from workflows.cluster.tasks import enter
from workflows.cluster.watch import Watch
from workflows.conf import settings
from workflows.engine import processes
from workflows.models import Execution
from workflows.orphans import Forks
from workflows.states import ExecutionStatus

logger = logging.getLogger(__name__)


class ClusterHost:
    """A django-q2 cluster in child processes that cannot outlive this one."""

    def __init__(self) -> None:
        self._forks = Forks()
        post_spawn.connect(enter, dispatch_uid="workflows.cluster")
        install()
        self.cluster = Cluster()
        #: To be polled; see `is_healthy`.
        self.watch = Watch(board, self.is_busy, self.owners)

    def start(self) -> None:
        """Fork. No thread may exist before, and no connection may be shared.

        Raises `RuntimeError` if the cluster ends at once.
        """
        connections.close_all()
        self.cluster.start()
        Silence(board, self._kill_worker).start()

    def is_healthy(self) -> bool:
        return self.is_alive() and not self.watch.deaf

    def is_alive(self) -> bool:
        return bool(self.cluster.sentinel and self.cluster.sentinel.is_alive())

    def is_busy(self) -> bool:
        """Tell whether a worker of this cluster has anything in its hands."""
        running = Execution.objects.filter(status=ExecutionStatus.RUNNING)
        return running.filter(owner__in=self.owners()).exists()

    def owners(self) -> list[int]:
        """Give the ids of the workers of this cluster."""
        return list(processes(self._children()).values_list("pk", flat=True))

    def stop(self) -> None:
        """Let nodes finish, within a grace; hand the rest back."""
        if not self.is_alive():
            return
        board.stop()
        # A cluster that lost a process may never end, so that a thread waits for it.
        ending = threading.Thread(target=self.cluster.stop, daemon=True)
        ending.start()
        ending.join(settings().stop_grace.total_seconds())
        if ending.is_alive():
            logger.warning("The cluster did not end in time; it is killed.")
            self.kill(timezone.now())

    def kill(self, now: datetime) -> None:
        """End all processes at once, and the leases of those that were workers."""
        pids = self._children()
        for pid in pids:
            _kill(pid)
        try:
            processes(pids).update(lease_until=now)
        except (DatabaseError, InterfaceError):
            # The leases end by themselves, a little later.
            return

    def _kill_worker(self, pid: int) -> None:
        if pid in self._children():
            logger.error("Worker %s gives no sign of life; it is killed.", pid)
            _kill(pid)

    def _children(self) -> list[int]:
        return [child.pid for child in psutil.Process().children(recursive=True)]


def _kill(pid: int) -> None:
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        return
