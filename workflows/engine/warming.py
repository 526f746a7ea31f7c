"""Make versions ready in the background of a worker, before they are needed.

A second in which a thousand workflows start would be late by the time that it takes.
"""

import gc
import threading
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from workflows.engine.compiled import compiled, not_ready

#: Versions made ready at once, and the pauses after them and after a round.
SHARE, BREATH, PERIOD = 10, 0.005, 2.0
#: How long a change of a version may take to be committed.
OVERLAP = timedelta(minutes=1)


class Warming(threading.Thread):
    """Makes what is enabled ready, now and whenever more has been enabled."""

    def __init__(self) -> None:
        super().__init__(name="warming", daemon=True)
        self._ending = threading.Event()
        self._since = datetime.min.replace(tzinfo=UTC)

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self.warm_up(timezone.now())
            except (DatabaseError, InterfaceError):
                connection.close()
            self._ending.wait(PERIOD)
        connection.close()

    def warm_up(self, now: datetime) -> int:
        """Make ready what was enabled lately, in shares; say how many."""
        wanted = not_ready(self._since)
        for start in range(0, len(wanted), SHARE):
            if not self._ending.is_set():
                compiled(dict(wanted[start : start + SHARE]))
                self._ending.wait(BREATH)
        self._since = now - OVERLAP
        if wanted:
            # What is ready stays; the garbage collector need not walk over it again.
            gc.freeze()
        return len(wanted)

    def leave(self) -> None:
        self._ending.set()
