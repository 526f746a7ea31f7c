"""The threads of a worker process that run works, beside its executions."""

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, InterfaceError, connections

from handlers.conf import settings
from handlers.work.claims import claim, give_back
from handlers.work.models import Work
from handlers.work.running import run, spoil
from handlers.work.starting import LANE
from handlers.work.states import WorkState
from workflows.attempts import Errored, attempt
from workflows.conf import settings as engine_settings
from workflows.contracts import Hands, Lane

#: Seconds until a database that failed is asked again.
PAUSE = 2.0

logger = logging.getLogger(__name__)


class Crew(Lane):
    """Runs due works in threads, so that a long one keeps no workflow waiting.

    A thread takes one work after the other until nothing is due, and ends.
    """

    name = LANE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        #: Works that a thread runs now.
        self._held: set[int] = set()
        #: Set at the end of the process, for which nobody need have stopped it.
        self._leaving = threading.Event()

    def look(self, hands: Hands, ids: Sequence[int]) -> None:
        """Start as many threads as there are works and room; never wait for them."""
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

    def waiting(self, before: datetime, owners: Collection[int]) -> Sequence[int]:
        running = Work.objects.filter(state=WorkState.RUNNING, owner__in=owners)
        if running.count() >= settings().threads:
            return ()
        due = Work.objects.claimable(before).order_by("due_at", "pk")
        return list(due.values_list("pk", flat=True)[:1])

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
        try:
            while not self._is_over(hands) and self._next(hands, ids):
                pass
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database failed under background works: %s", error)
            self._free_strays(hands)
        finally:
            connections.close_all()

    def _is_over(self, hands: Hands) -> bool:
        return self._leaving.is_set() or hands.halted()

    def _next(self, hands: Hands, ids: list[int]) -> bool:
        """Run one work to its end; nothing that goes wrong may leave it running."""
        taken = claim(hands.owner, hands.name, hands.clock(), ids)
        if taken is None:
            return False
        work, this = taken
        self._held.add(work.pk)
        try:
            done = attempt(
                lambda: run(
                    work, this, hands.clock, halted=lambda: self._is_over(hands)
                )
            )
            if isinstance(done, Errored):
                spoil(work, this, hands.clock(), done.message)
        finally:
            self._held.discard(work.pk)
        return True

    def _free_strays(self, hands: Hands) -> None:
        """Queue again what is ours by its row and in nobody's hands.

        The database failed under it, or under the claim, after it was committed. What
        other threads have claimed just now may not be in their hands yet.
        """
        while not self._leaving.wait(PAUSE):
            connections.close_all()
            before = hands.clock() - timedelta(seconds=PAUSE)
            try:
                mine = Work.objects.filter(owner=hands.owner, started_at__lte=before)
                strays = mine.exclude(pk__in=tuple(self._held))
                give_back(strays, hands.clock(), "The database did not answer.")
            except (DatabaseError, InterfaceError):
                continue
            return


def run_due(hands: Hands, most: int = 100_000) -> int:
    """Run all that is due in this thread, for tests and replays; say how many."""
    for count in range(most):
        taken = claim(hands.owner, hands.name, hands.clock())
        if taken is None:
            return count
        run(*taken, hands.clock, halted=hands.halted, threads=False)
    return most
