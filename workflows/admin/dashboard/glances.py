"""What the dashboard counts, each in a bounded number of rows of an index."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour

from workflows.admin.dashboard.charts import Hour
from workflows.admin.paging import MOST, newest
from workflows.models import Execution
from workflows.states import WRONG, ExecutionStatus

#: Executions that the last day is counted from; of more, the newest.
COUNTED = 50_000
#: How far back the dashboard looks.
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class LastDay:
    """The executions of the last 24 hours, by the hour of their creation."""

    hours: Sequence[Hour]
    #: From here on they are counted; None: all of them.
    since: datetime | None

    @property
    def total(self) -> int:
        return sum(hour.total for hour in self.hours)

    @property
    def succeeded(self) -> int:
        return sum(hour.succeeded for hour in self.hours)

    @property
    def wrong(self) -> int:
        return sum(hour.wrong for hour in self.hours)


def last_day(now: datetime) -> LastDay:
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - DAY
    history = Execution.objects.all()
    last = history.filter(pk__gte=history.first_since(now - DAY))
    rows, since = newest(last, COUNTED)
    by_hour = rows.order_by().annotate(hour=TruncHour("created_at", tzinfo=UTC))
    found: dict[datetime, Counter[str]] = defaultdict(Counter)
    counts = by_hour.values_list("hour", "status").annotate(count=Count("pk"))
    for hour, status, count in counts:
        found[hour][_kind(status)] += count
    starts = [first + number * timedelta(hours=1) for number in range(25)]
    return LastDay([Hour(start, **found[start]) for start in starts], since)


def _kind(status: str) -> str:
    if status == ExecutionStatus.SUCCEEDED:
        return "succeeded"
    return "wrong" if status in WRONG else "other"


def counted(status: ExecutionStatus) -> int:
    """Count those that have a status, up to `MOST` and one more."""
    return Execution.objects.filter(status=status).order_by()[: MOST + 1].count()


def last_failures(count: int) -> list[Execution]:
    """Give the last that went wrong; each status has its own order in the index."""
    found: list[Execution] = []
    for status in sorted(WRONG):
        rows = Execution.objects.filter(status=status).order_by("-pk")
        rows = rows.defer("context", "output", "ancestors", "frames")
        found += rows.prefetch_related("workflow")[:count]
    return sorted(found, key=lambda each: -each.pk)[:count]
