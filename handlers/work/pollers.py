"""What runs by the clock for works: due are woken, lost requeued, old deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet

from handlers.conf import settings
from handlers.work.claims import abandoned, give_back
from handlers.work.models import Work, WorkRun
from handlers.work.starting import LANE
from handlers.work.states import FINAL, WAITING, RunState, WorkState
from workflows.poller import Poller
from workflows.services import unheard, wake_lane

#: Works that one poll wakes, and messages that may wait before more make no sense.
CHUNK, ENOUGH = 200, 20
NEVER = datetime.min.replace(tzinfo=UTC)


class WakeWorks(Poller):
    """Wakes workers for works whose time has come, or whose wake-up was lost."""

    #: How long a wake-up may take before it is sent again.
    patience = timedelta(seconds=1)

    def __init__(self) -> None:
        self._last = self._resent = NEVER

    def poll(self, now: datetime) -> int:
        wanted = Q(due_at__gt=self._last)
        self._last = now
        if now >= self._resent + self.patience:
            self._resent = now
            # While no cluster runs, messages would pile up without end.
            if unheard() < ENOUGH:
                wanted |= Q(due_at__lte=now - self.patience)
        due = Work.objects.claimable(now).filter(wanted).order_by("due_at", "pk")
        wake_lane(LANE, list(due.values_list("pk", flat=True)[:CHUNK]))
        return 0

    def due(self, now: datetime) -> datetime | None:
        waiting = Work.objects.filter(state__in=WAITING)
        first: datetime | None = waiting.aggregate(first=Min("due_at"))["first"]
        if first is not None and first <= now:
            return now + self.patience
        return first


class PruneWorks(Poller):
    """Deletes what has ended long ago, a share at a time."""

    period = timedelta(minutes=10)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        keep = settings().keep
        if now < self._next or not keep:
            return 0
        old = {"finished_at__lt": now - keep}
        gone = _delete(Work.objects.filter(state__in=FINAL, **old))
        gone += _delete(WorkRun.objects.exclude(state=RunState.RUNNING).filter(**old))
        if not gone:
            self._next = now + self.period
        return gone

    def due(self, now: datetime) -> datetime | None:
        return max(self._next, now) if settings().keep else None


def _delete(rows: "QuerySet[Any]") -> int:
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


class RequeueWorks(Poller):
    """Gives works to others whose worker is gone, or silent for too long."""

    period = timedelta(seconds=1)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        if now < self._next:
            return 0
        self._next = now + self.period
        return len(give_back(abandoned(now), now, "Its worker died."))

    def due(self, now: datetime) -> datetime | None:
        running = Work.objects.filter(state=WorkState.RUNNING)
        return max(self._next, now) if running.exists() else None
