"""The threads of a worker process that run works, beside its executions."""

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from django.db import DatabaseError, InterfaceError, connections

from handlers.conf import settings
from handlers.work.claims import claim, give_back, ours
from handlers.work.models import Work
from handlers.work.running import run
from handlers.work.starting import LANE
from workflows.conf import settings as engine_settings
from workflows.contracts import Hands, Lane

logger = logging.getLogger(__name__)


class Crew(Lane):
    """Runs due works in threads, so that a long one keeps no workflow waiting.

    A thread takes one work after the other until nothing is due, and ends.
    """

    name = LANE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        #: Set at the end of the process, for which nobody need have stopped it.
        self._leaving = threading.Event()
        #: Works that the database failed under, to be handed back once it answers.
        self._dropped: list[Work] = []

    def look(self, hands: Hands, ids: Sequence[int]) -> None:
        """Start as many threads as there are works and room; never wait for them."""
        self._hand_back(hands)
        with self._lock:
            # After a fork there are threads of another process in the set.
            self._threads = {each for each in self._threads if each.is_alive()}
            room = settings().threads - len(self._threads)
            for number in range(min(room, max(len(ids), 1))):
                wanted = ids[number:] or ids
                thread = threading.Thread(
                    target=self._work, args=(hands, list(wanted)), daemon=True
                )
                self._threads.add(thread)
                thread.start()

    def leave(self, hands: Hands) -> None:
        """Let handlers end within the grace; hand back what has not ended by then."""
        self._leaving.set()
        end = monotonic() + engine_settings().stop_grace.total_seconds() / 2
        for thread in tuple(self._threads):
            thread.join(max(end - monotonic(), 0))
        give_back(
            Work.objects.filter(owner=hands.owner),
            hands.clock(),
            "Its worker was stopped.",
        )

    def _work(self, hands: Hands, ids: list[int]) -> None:
        def halted() -> bool:
            return self._leaving.is_set() or hands.halted()

        try:
            while not halted():
                taken = claim(hands.owner, hands.name, hands.clock(), ids)
                if taken is None:
                    return
                work, this = taken
                try:
                    run(work, this, hands.clock, halted=halted)
                except (DatabaseError, InterfaceError):
                    self._dropped.append(work)
                    raise
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database failed under a background work: %s", error)
        finally:
            connections.close_all()

    def _hand_back(self, hands: Hands) -> None:
        """Queue again what the database failed under; with it, it answers again."""
        while self._dropped:
            work = self._dropped[-1]
            with suppress(IndexError):
                give_back(ours(work), hands.clock(), "The database did not answer.")
                self._dropped.remove(work)


def run_due(hands: Hands, most: int = 100_000) -> int:
    """Run all that is due in this thread, for tests and replays; say how many."""
    for count in range(most):
        taken = claim(hands.owner, hands.name, hands.clock())
        if taken is None:
            return count
        run(*taken, hands.clock, halted=hands.halted, threads=False)
    return most
