"""What a calendar shows: executions that were, counted by hour, and runs to come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Value
from django.db.models.functions import Coalesce, Greatest, TruncHour

from workflows.admin.calendar.ranges import DAY, HOUR, Range
from workflows.admin.paging import newest
from workflows.contracts import Calendar, PlannedRun
from workflows.models import Execution

#: Executions that are counted for one page; the oldest are left out.
COUNTED = 50_000
#: How long before its moment an execution may have been created, and more.
AHEAD = timedelta(minutes=1)
#: What entries of the future have in place of a status.
PLANNED = "planned"
#: So many workflows in one hour are worth a word.
CROWDED = 3


@dataclass(frozen=True)
class Entry:
    """Runs of one workflow in one slot that are alike; often a single one."""

    slot: int
    workflow: int
    #: A status, or `PLANNED`.
    kind: str
    first: datetime
    last: datetime
    count: int = 1
    exact: bool = True
    #: The only or the last execution, or the version that will run.
    pk: int = 0
    #: The schedule in words, the record, why it is then.
    words: str = ""

    @property
    def order(self) -> tuple[int, datetime, int]:
        return self.slot, self.first, self.workflow


@dataclass(frozen=True)
class Past:
    """The executions of a range."""

    entries: Sequence[Entry]
    #: From here on they are counted; None: all of them.
    since: datetime | None


def past(span: Range, now: datetime, workflows: Collection[int] | None) -> Past:
    """Count executions by hour, workflow and status, in a bounded number of rows."""
    history = Execution.objects.all()
    until = min(span.end, now + AHEAD)
    shown = history.filter(
        pk__gte=history.first_since(span.start - AHEAD),
        pk__lt=history.first_since(until),
    )
    if workflows is not None:
        shown = shown.filter(workflow__in=workflows)
    rows, since = newest(shown, COUNTED)
    # What waits for its moment is planned as yet.
    rows = rows.filter(ahead=None)
    found = [_entry(span, row) for row in _by_hour(rows, span)]
    return Past([each for each in found if span.start <= each.first < span.end], since)


def _by_hour(rows: Any, span: Range) -> Iterator[dict[str, Any]]:
    # One that was inserted ahead belongs to its moment, one that is late to its start.
    moment = Coalesce(Greatest("planned_at", "created_at"), F("created_at"))
    rows = rows.annotate(at=moment)
    # Hours of zones such as India's begin at half past in UTC.
    shift = (span.start.astimezone(span.zone).utcoffset() or timedelta(0)) % HOUR
    at = F("at") + Value(shift) if shift else F("at")
    rows = rows.annotate(hour=TruncHour(at, tzinfo=UTC)).order_by()
    yield from rows.values("hour", "workflow", "status").annotate(
        count=Count("pk"), pk=Max("pk"), first=Min("at"), last=Max("at")
    )


def _entry(span: Range, row: dict[str, Any]) -> Entry:
    names = ("workflow", "first", "last", "count", "pk")
    facts = {name: row[name] for name in names}
    return Entry(slot=span.slot_of(row["first"]), kind=row["status"], **facts)


def planned(span: Range, calendar: Calendar) -> list[Entry]:
    """Make entries of what triggers plan; crowds stand for the runs that they count."""
    crowded = {(crowd.version_id, crowd.slot) for crowd in calendar.crowds}
    single = [_single(span, each) for each in calendar.runs]
    return [
        *(each for each in single if (each.pk, each.slot) not in crowded),
        *(
            Entry(
                slot=crowd.slot,
                workflow=crowd.workflow_id,
                kind=PLANNED,
                first=crowd.first,
                last=crowd.last,
                count=crowd.count,
                exact=crowd.exact,
                pk=crowd.version_id,
                words=crowd.words,
            )
            for crowd in calendar.crowds
        ),
    ]


def _single(span: Range, planned: PlannedRun) -> Entry:
    moment = planned.run.moment
    words = ", ".join(filter(None, (planned.run.record, planned.run.note)))
    return Entry(
        slot=span.slot_of(moment),
        workflow=planned.workflow_id,
        kind=PLANNED,
        first=moment,
        last=moment,
        pk=planned.version_id,
        words=words,
    )


def gathered(entries: Iterable[Entry]) -> list[Entry]:
    """Put what is alike in a slot together, in the order of time."""
    alike: dict[tuple[int, int, str], list[Entry]] = defaultdict(list)
    single = []
    for entry in entries:
        if entry.kind == PLANNED:
            single.append(entry)
        else:
            alike[entry.slot, entry.workflow, entry.kind].append(entry)
    return sorted(
        [*single, *map(_together, alike.values())], key=lambda each: each.order
    )


def _together(entries: list[Entry]) -> Entry:
    return replace(
        entries[-1],
        first=min(each.first for each in entries),
        last=max(each.last for each in entries),
        count=sum(each.count for each in entries),
        pk=max(each.pk for each in entries),
    )


@dataclass(frozen=True)
class Peak:
    """The hour of a slot in which most workflows run."""

    hour: datetime
    workflows: int


def peaks(span: Range, entries: Iterable[Entry]) -> dict[int, Peak]:
    """Find for each slot its fullest hour, if it is crowded."""
    hours: dict[tuple[int, datetime], set[int]] = defaultdict(set)
    for entry in entries:
        for hour in _hours(span, entry):
            hours[entry.slot, hour].add(entry.workflow)
    found: dict[int, Peak] = {}
    for (slot, hour), workflows in sorted(hours.items()):
        best = found.get(slot)
        if len(workflows) >= CROWDED and (not best or len(workflows) > best.workflows):
            found[slot] = Peak(hour, len(workflows))
    return found


def _hours(span: Range, entry: Entry) -> Iterator[datetime]:
    """Give the hours of the clock in which an entry runs, as far as it tells."""
    if span.view == DAY:
        yield span.edges[entry.slot]
        return
    hour = entry.first.astimezone(span.zone).replace(minute=0, second=0, microsecond=0)
    last = entry.last.astimezone(UTC)
    moment = hour.astimezone(UTC)
    while moment <= last:
        yield moment
        moment += HOUR
