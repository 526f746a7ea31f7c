"""Signs of life from a worker, for those that a lock and a lease do not show.

A node may hang while other threads of its process renew the lease, or may keep all of
them from running. Neither can be ended from inside Python, only by a kill.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from workflows.cluster.board import Board
from workflows.conf import settings

logger = logging.getLogger(__name__)

#: Seconds between two signs.
PERIOD = 1.0


class Pulse(threading.Thread):
    """Gives a sign each second, and ends the process if a node hangs.

    It never asks the database, which may itself keep silent.
    """

    def __init__(self, board: Board, hangs: Callable[[datetime], str]) -> None:
        super().__init__(name="pulse", daemon=True)
        self._board = board
        self._hangs = hangs
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.is_set():
            self.beat(timezone.now())
            self._ending.wait(PERIOD)
        self._board.forget(os.getpid())

    def beat(self, now: datetime) -> None:
        self._board.sign(os.getpid())
        if hanging := self._hangs(now):
            # As after a crash others take over, and the delivery counts.
            logger.error("%s goes on beyond its timeout; its worker dies.", hanging)
            os.kill(os.getpid(), signal.SIGKILL)

    def end(self) -> None:
        self._ending.set()


class Silence(threading.Thread):
    """Finds workers that give no signs, and has them killed after a lease.

    A frozen process may have rows locked, and a node that never lets Python go keeps
    its worker for ever. It is a thread because the rows may be what its process waits
    for. Looks are counted, not time: while the whole cluster is frozen, nobody is
    silent.
    """

    def __init__(self, board: Board, kill: Callable[[int], None]) -> None:
        super().__init__(name="silence", daemon=True)
        self._board = board
        self._kill = kill
        #: By process: its last sign, and how many looks ago it came.
        self._seen: dict[int, tuple[int, int]] = {}
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.wait(PERIOD):
            self.look()

    def look(self) -> None:
        signs = self._board.signs()
        self._seen = {pid: self._looked_at(pid, sign) for pid, sign in signs.items()}
        for pid, (_, looks) in self._seen.items():
            if looks * PERIOD >= settings().lease.total_seconds():
                self._board.forget(pid)
                self._kill(pid)

    def _looked_at(self, pid: int, sign: int) -> tuple[int, int]:
        last, looks = self._seen.get(pid, (0, 0))
        return sign, looks + 1 if sign == last else 0
