"""What runs by the clock in the engine: waits that end, deaths, timeouts, purges."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, Q

from workflows.cluster import EARLY, unheard, wake
from workflows.engine import busy, locks_on
from workflows.models import Child, Execution, ExecutionQuerySet, Worker
from workflows.poller import Poller
from workflows.services import (
    end_orphans,
    expire,
    purge,
    requeue_abandoned,
    requeue_dead,
    requeue_killed,
    settle_children,
)
from workflows.states import ExecutionStatus

#: Executions that one poll wakes.
CHUNK = 500
#: Messages that may wait before it makes no sense to send more.
ENOUGH = 20
#: How far ahead of their moments executions may be inserted, by any trigger.
SOON = timedelta(minutes=1)
NEVER = datetime.min.replace(tzinfo=UTC)


class WakeDue(Poller):
    """Wakes workers for executions whose wait is over or whose wake-up was lost."""

    #: How long a wake-up may take before it is sent again.
    patience = timedelta(seconds=1)

    def __init__(self) -> None:
        self._last = self._resent = NEVER

    def poll(self, now: datetime) -> int:
        self._wake_early(now)
        wanted = Q(status=ExecutionStatus.WAITING, due_at__gt=self._last)
        self._last = now
        if now >= self._resent + self.patience:
            self._resent = now
            # While no cluster runs, messages would pile up without end.
            if unheard() < ENOUGH:
                wanted |= Q(due_at__lte=now - self.patience)
        due = Execution.objects.claimable(now).filter(wanted).order_by("due_at", "pk")
        wake(list(due.values_list("pk", flat=True)[:CHUNK]))
        return 0

    def _wake_early(self, now: datetime) -> None:
        """Have workers up when the moment comes of what was inserted ahead."""
        near = Execution.objects.filter(
            ahead=True, due_at__gt=self._last + EARLY, due_at__lte=now + EARLY
        )
        rows = list(near.order_by("due_at", "pk").values_list("pk", "due_at")[:CHUNK])
        if rows:
            wake([pk for pk, _ in rows], at=rows[0][1])

    def due(self, now: datetime) -> datetime | None:
        """Tell when the next wait ends; what is due already gets its patience."""
        later = Execution.objects.filter(due_at__gt=now)
        ahead = later.filter(ahead=True, due_at__gt=now + EARLY, due_at__lte=now + SOON)
        moments = [
            _first_due(later.filter(ahead=None)),
            _early(_first_due(ahead)),
            now + self.patience if Execution.objects.claimable(now).exists() else None,
        ]
        return min((each for each in moments if each), default=None)


def _first_due(executions: ExecutionQuerySet) -> datetime | None:
    first: datetime | None = executions.aggregate(first=Min("due_at"))["first"]
    return first


def _early(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment - EARLY


class RequeueDead(Poller):
    """Gives the executions of dead workers to others."""

    period = timedelta(seconds=1)
    #: How often it looks for those whose worker is not even known.
    rarely = timedelta(seconds=10)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        moved = requeue_dead(now)
        if now >= self._next:
            self._next = now + self.rarely
            moved += requeue_abandoned(now)
        return moved

    def due(self, now: datetime) -> datetime | None:
        first = Worker.objects.aggregate(first=Min("lease_until"))["first"]
        return max(first, now + self.period) if first else None


class Guard(Poller):
    """Gives the executions of killed workers to others: their locks are free.

    A lock may also be lost with a connection, by a worker that lives. It is given a
    moment to take it again, and more if the database itself was away.
    """

    period = timedelta(seconds=0.25)
    grace = timedelta(seconds=0.15)
    recovery = timedelta(seconds=2)

    def __init__(self) -> None:
        self._next = NEVER
        #: Since when the locks of workers are seen to be free.
        self._free: dict[int, datetime] = {}
        #: Until when nobody is taken for dead: the database has just come back.
        self._doubts_until = NEVER
        #: The driver's connection at the last look.
        self._seen: Any = None

    def poll(self, now: datetime) -> int:
        if now < self._next:
            return 0
        locks = locks_on(connection)
        workers = busy(connection)
        free = workers - locks.held(workers) if workers else workers
        self._free = {pk: self._free.get(pk, now) for pk in free}
        self._next = now + (self.grace if free else self.period)
        self._look_at_connection(now)
        dead = self._dead(now, self.grace if locks.frail else timedelta(0))
        return requeue_killed(dead, now) if dead else 0

    def due(self, now: datetime) -> datetime:
        return self._next

    def _look_at_connection(self, now: datetime) -> None:
        """Doubt what is free after a new connection: workers had to connect too."""
        if self._seen is not None and self._seen is not connection.connection:
            self._doubts_until = now + self.recovery
        self._seen = connection.connection

    def _dead(self, now: datetime, grace: timedelta) -> list[int]:
        if now < self._doubts_until:
            return []
        return [pk for pk, since in self._free.items() if now >= since + grace]


class Expire(Poller):
    """Ends executions that take longer than allowed."""

    #: How soon it looks again at those that their workers have locked.
    period = timedelta(seconds=0.25)

    def poll(self, now: datetime) -> int:
        return expire(now)

    def due(self, now: datetime) -> datetime | None:
        timed = Execution.objects.unfinished().exclude(expires_at=None)
        first: datetime | None = timed.aggregate(first=Min("expires_at"))["first"]
        return first if first is None or first > now else now + self.period


class SettleChildren(Poller):
    """Ends sub-workflows that nobody waits for, and finds those that were forgotten."""

    #: How often it looks for what the ends of executions have left undone.
    period = timedelta(seconds=5)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        found = 0
        if now >= self._next:
            self._next = now + self.period
            found = settle_children(now)
        return found + end_orphans(now)

    def due(self, now: datetime) -> datetime | None:
        if Child.objects.orphaned().exists():
            return now
        return max(self._next, now) if Child.objects.awaited().exists() else None


class Purge(Poller):
    """Removes what was deleted and what no history needs, now and then."""

    period = timedelta(minutes=10)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        if now < self._next:
            return 0
        removed = purge()
        if not removed:
            self._next = now + self.period
        return removed

    def due(self, now: datetime) -> datetime | None:
        return max(self._next, now)


ENGINE_POLLERS: tuple[type[Poller], ...] = (
    WakeDue,
    RequeueDead,
    Expire,
    SettleChildren,
    Purge,
)
