"""What is planned in a range of time, over all enabled schedules."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

from django.utils.translation import get_language

from triggers.models import Schedule
from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.previewing import coming_run, name_of
from triggers.schedule.reading import reading, records
from triggers.schedule.recurrence import (
    SECOND,
    InvalidRule,
    Once,
    next_run,
    runs_between,
)
from triggers.schedule.searching import bound, date_field
from triggers.schedule.words import describe_schedule
from workflows.collections import record
from workflows.contracts import (
    Calendar,
    CalendarQuery,
    ComingRun,
    Crowd,
    PlannedRun,
)
from workflows.exceptions import WorkflowError

#: Records of one schedule that are read, and runs of theirs that are looked at.
RECORDS, OF_RECORDS = 200, 500
#: Moments that are worked out for one calendar.
WORK = 20_000


@dataclass(frozen=True)
class _Slot:
    """What one schedule has in one slot."""

    number: int
    moments: Sequence[datetime]
    #: The first of them, in words.
    listed: Sequence[ComingRun]
    #: There are no more than `moments`.
    exact: bool


def calendar_data(query: CalendarQuery) -> Calendar:
    """List what is still to come in the slots of a calendar.

    The moments come from the functions that fire them. The schedule that runs next
    comes first, until the work that one calendar may be is done.
    """
    enabled = Schedule.objects.exclude(kind=Schedule.Kind.RECORD).filter(error="")
    rows = enabled.exclude(next_run_at=None).select_related("version__workflow")
    if query.workflows is not None:
        rows = rows.filter(version__workflow__in=query.workflows)
    page = _Page(query)
    for row in rows.defer("version__definition").order_by("next_run_at", "pk"):
        if page.work >= WORK:
            page.complete = False
            break
        page.add(row)
    return page.calendar()


@dataclass
class _Page:
    """A calendar while it is being filled."""

    query: CalendarQuery
    runs: list[PlannedRun] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    complete: bool = True
    #: Moments that were worked out.
    work: int = 0

    def add(self, row: Schedule) -> None:
        version = row.version
        facts = version.workflow_id, version.pk, version.workflow.title
        try:
            config = ScheduleConfig.read(version.trigger_config)
            words = describe_schedule(config, get_language() or "en")
            for slot in _slots(row, config, self.query):
                self._fill(facts, words, slot)
        except (InvalidRule, WorkflowError):
            # A removed model or field; the scheduler parks the row and says why.
            return

    def _fill(self, facts: tuple[int, int, str], words: str, slot: _Slot) -> None:
        count = len(slot.moments)
        self.work += count
        self.runs += [PlannedRun(*facts, run) for run in slot.listed]
        if count > len(slot.listed):
            ends = slot.moments[0], slot.moments[-1]
            self.crowds.append(
                Crowd(*facts, words, slot.number, *ends, count, exact=slot.exact)
            )

    def calendar(self) -> Calendar:
        most = self.query.most
        runs = sorted(self.runs, key=lambda planned: planned.run.moment)
        return Calendar(runs[:most], self.crowds, self.complete and len(runs) <= most)


def _slots(
    row: Schedule, config: ScheduleConfig, query: CalendarQuery
) -> Iterator[_Slot]:
    room = query.counted * len(query.edges)
    if config.max_runs is not None:
        room = max(config.max_runs - row.version.workflow.run_count, 0)
    if config.mode == FIELD:
        return _of_records(config, query, room)
    return _of_time(row, config, query, room)


def _of_time(
    row: Schedule, config: ScheduleConfig, query: CalendarQuery, room: int
) -> Iterator[_Slot]:
    # The armed moment is the first: what is before it has fired.
    assert row.next_run_at is not None  # noqa: S101 - filtered
    armed = row.next_run_at - config.delay(row.version.workflow_id)
    recurrence, language = config.recurrence, get_language() or "en"
    since: datetime | None = max(_start(query), armed)
    while since is not None and room > 0:
        moment = next_run(recurrence, since - SECOND)
        if moment is None or moment > query.edges[-1]:
            return
        number, end, since = _slot_of(moment, query.edges)
        most = min(query.counted, room)
        found = list(islice(runs_between(recurrence, moment - SECOND, end), most + 1))
        kept = found[:most]
        room -= len(kept)
        listed = [coming_run(recurrence, m, language) for m in kept[: query.each]]
        # What the limit cuts off does not run.
        yield _Slot(number, kept, listed, exact=len(found) == len(kept) or not room)


def _start(query: CalendarQuery) -> datetime:
    return max(query.edges[0], query.now.replace(microsecond=0))


def _slot_of(
    moment: datetime, edges: Sequence[datetime]
) -> tuple[int, datetime, datetime | None]:
    """Give the slot of a moment, its last second, and where the next one begins."""
    number = min(bisect_right(edges, moment), len(edges) - 1) - 1
    end = edges[number + 1]
    if number == len(edges) - 2:
        return number, end, None
    return number, end - SECOND, end


def _of_records(
    config: ScheduleConfig, query: CalendarQuery, room: int
) -> Iterator[_Slot]:
    """Give the runs of records; they come in the order of the records."""
    since, until = _start(query), query.edges[-1]
    runs = list(islice(_runs_of_records(config, since, until), OF_RECORDS + 1))
    exact = len(runs) <= OF_RECORDS
    runs = sorted(runs[:OF_RECORDS], key=lambda run: run.moment)[:room]
    for number, inside in groupby(
        runs, key=lambda run: _slot_of(run.moment, query.edges)[0]
    ):
        here = list(inside)
        moments = [run.moment for run in here]
        yield _Slot(number, moments, here[: query.each], exact=exact)


def _runs_of_records(
    config: ScheduleConfig, since: datetime, until: datetime
) -> Iterator[ComingRun]:
    language = get_language() or "en"
    rows = records(config).filter(bound(config, "lte", until))
    rows = rows.order_by(f"-{date_field(config)}", "-pk")
    if isinstance(config.rule, Once):
        rows = rows.filter(bound(config, "gte", since)).reverse()
    with reading(config):
        instances = list(rows[:RECORDS])
    for instance in instances:
        recurrence = config.recurrence_of(record(instance))
        if recurrence is not None:
            for moment in runs_between(recurrence, since - SECOND, until):
                yield coming_run(recurrence, moment, language, name_of(instance))
