"""The scheduler process: polls what is due and sleeps until the next moment.

Any number of them may run, on any machines; the rows decide who does what.
"""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from workflows import registry
from workflows.conf import settings
from workflows.connecting import whole_connection
from workflows.engine import register, renew
from workflows.models import Worker
from workflows.notices import MOMENTS, Changes, Listener, can_compare, can_notify
from workflows.poller import Poller
from workflows.pollers import ENGINE_POLLERS, Guard

logger = logging.getLogger(__name__)

#: The longest sleep where nothing announces nearer moments: they are late by this.
GLANCE = timedelta(seconds=0.25)
#: The longest sleep where the database does: a notice that is lost costs this.
PATIENCE = timedelta(seconds=5)
#: The shortest sleep, for moments that another scheduler has in its hands.
BREATH = timedelta(milliseconds=5)
#: How long to rest when the database does not answer.
RECOVERY = timedelta(seconds=1)


class Attendance(Poller):
    """Makes the scheduler itself known, so that people see that one is alive."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def poll(self, now: datetime) -> int:
        due = self.due(now)
        if due is not None and due > now:
            return 0
        if self.worker is None or not renew(self.worker, now):
            self.worker = register(Worker.Kind.SCHEDULER, now)
        self.worker.lease_until = now + self.lease
        return 0

    def due(self, now: datetime) -> datetime | None:
        if self.worker is None:
            return now
        return self.worker.lease_until - self.lease * 2 / 3

    @property
    def lease(self) -> timedelta:
        return settings().lease

    def leave(self) -> None:
        try:
            if self.worker is not None:
                self.worker.delete()
        except (DatabaseError, InterfaceError):
            # Its lease ends by itself, a little later.
            return


def all_pollers() -> list[Poller]:
    """Make one of each poller: the engine's, and those that plug-ins registered."""
    return [poller() for poller in (*ENGINE_POLLERS, *registry.pollers)]


def is_told() -> bool:
    """Tell whether a nearer moment makes itself known here."""
    return can_notify() or can_compare()


class Scheduler:
    """Polls in turn, until it is told to stop."""

    def __init__(self, *, attends: bool = True) -> None:
        self.attendance = Attendance()
        #: What is polled; without attendance, only what the caller adds.
        self.pollers: list[Poller] = []
        if attends:
            self.pollers = [self.attendance, *all_pollers()]
        #: Looks for killed workers also while the others sleep.
        self.guard = Guard()
        self.is_stopping = False
        # Unlike an event, this queue may be used in a signal handler.
        self._stops: SimpleQueue[None] = SimpleQueue()
        self._listener = Listener(MOMENTS)
        self._changes = Changes()
        #: When each poller wants to be polled, and when all are whatever they said.
        self._due: dict[Poller, datetime] = {}
        self._all_due = datetime.min.replace(tzinfo=UTC)

    def stop(self) -> None:
        self.is_stopping = True
        self._stops.put(None)

    def stop_on_signals(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: self.stop())

    def run(self, is_healthy: Callable[[], bool] = lambda: True) -> None:
        """Poll until stopped, or until `is_healthy` says that there is no use."""
        while not self.is_stopping and is_healthy():
            try:
                with whole_connection():
                    self._rest(self._round(timezone.now()), is_healthy)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The database does not answer; waiting: %s", error)
                connection.close()
                self._sleep(RECOVERY)
        self.attendance.leave()

    def _rest(self, pause: timedelta, is_healthy: Callable[[], bool]) -> None:
        """Sleep until the next moment, a nearer one, or the time to look again."""
        pause = min(pause, PATIENCE if is_told() else GLANCE)
        # What is done between the steps takes time too, and no moment may slip by.
        end = monotonic() + pause.total_seconds()
        while not self.is_stopping and is_healthy():
            now = timezone.now()
            self.guard.poll(now)
            step = min(max(self.guard.due(now) - now, BREATH), GLANCE)
            left = timedelta(seconds=end - monotonic())
            if left <= timedelta(0):
                return
            if self._is_nearer(min(left, step)):
                self._all_due = now
                return

    def _is_nearer(self, pause: timedelta) -> bool:
        """Sleep; tell whether something nearer may have appeared meanwhile."""
        if can_notify():
            return self._listener.wait(pause.total_seconds())
        self._sleep(pause)
        return can_compare() and self._changes.happened()

    def _sleep(self, pause: timedelta) -> None:
        with suppress(Empty):
            self._stops.get(timeout=pause.total_seconds())

    def _round(self, now: datetime) -> timedelta:
        """Poll those that are due; tell how long nobody has anything to do.

        Everybody is due after a notice, and now and then, in case one was lost.
        """
        self.guard.poll(now)
        if now >= self._all_due or not is_told():
            self._due.clear()
            self._all_due = now + PATIENCE
        due = [each for each in self.pollers if self._due.get(each, now) <= now]
        busy = {poller for poller in due if poller.poll(now)}
        now = timezone.now()
        for poller in due:
            moment = now if poller in busy else poller.due(now)
            self._due[poller] = self._all_due if moment is None else moment
        if busy:
            # What one has done may be what another waits for.
            self._due.clear()
            return timedelta(0)
        nearest = min(self._due.values(), default=self._all_due)
        return max(min(nearest, self._all_due) - now, BREATH)
