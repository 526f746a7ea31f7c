"""Make versions ready in the background of a worker, before they are needed."""

import threading

from django.db import DatabaseError, InterfaceError, connection

from workflows.engine.compiled import warm_up

#: Versions made ready at once, the pause after them, and the one after a round.
SHARE, BREATH, PERIOD = 10, 0.005, 2.0


class Warming(threading.Thread):
    """Makes what is enabled ready, now and whenever more has been enabled."""

    def __init__(self) -> None:
        super().__init__(name="warming", daemon=True)
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                pause = BREATH if warm_up(SHARE) else PERIOD
            except (DatabaseError, InterfaceError):
                pause = PERIOD
            self._ending.wait(pause)
        connection.close()

    def leave(self) -> None:
        self._ending.set()
