"""The processes of a cluster: started, watched, and never left behind."""

import ctypes
import os
import signal

from django_q.cluster import Cluster

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere do nothing."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (AttributeError, OSError):
        return


class ClusterHost:
    """A django-q2 cluster in child processes that cannot outlive this one."""

    def __init__(self) -> None:
        # Threads must not exist before the fork, connections must not be shared.
        os.register_at_fork(after_in_child=die_with_parent)
        self.cluster = Cluster()

    def start(self) -> None:
        self.cluster.start()

    def is_alive(self) -> bool:
        return bool(self.cluster.sentinel and self.cluster.sentinel.is_alive())

    def stop(self) -> bool:
        """Stop gracefully; False if the cluster was dead already."""
        return bool(self.cluster.stop())
