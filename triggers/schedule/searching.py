"""Find the records whose dates come near: what no signal announced is found here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, IntegerField, Max, Model, Q, QuerySet
from django.utils import timezone

from triggers.models import Schedule, ScheduleQuerySet
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.reading import Dates, date_fields, reading, records
from triggers.schedule.recurrence import SECOND, Once, next_run
from workflows.collections import collection, field_of
from workflows.conf import settings

#: Records that one search plans; it goes on behind them at once.
CHUNK = 2000
#: Records that each search reads again, for starts that `update()` has moved.
SHARE = 2000
#: How far a search looks back over the last one, for transactions that end late.
OVERLAP = timedelta(seconds=5)
#: How many numbers below the highest may still be taken by such transactions.
LATE_NUMBERS = 100


def search(row: Schedule, config: ScheduleConfig, now: datetime) -> None:
    """Plan the records that come near, and say when to look again."""
    until = now + settings().horizon
    with reading(config):
        found = list(_dates(_window(row, config, until), config)[:CHUNK])
        begun = _begun(row, config, now)
        highest = _highest(config)
    armed_at = row.armed_at or now
    _arm(row, config, found, armed_at)
    if row.planned_until:
        last_search = row.planned_until - settings().horizon
        _arm(row, config, begun, max(armed_at, last_search))
    row.seen = highest
    complete = len(found) < CHUNK
    row.cursor = "" if complete else str(found[-1]["pk"])
    row.planned_until = until if complete else _start(config, found[-1])
    row.next_run_at = now + settings().sweep_period if complete else now
    if complete:
        _forget_settled(row, now)


def _dates(rows: QuerySet[Model], config: ScheduleConfig) -> QuerySet[Model, Dates]:
    return rows.values("pk", *date_fields(config))


def _begun(row: Schedule, config: ScheduleConfig, now: datetime) -> list[Dates]:
    """Find records that repeat and whose start lies behind the window of the search.

    They are new, which shows in their number, or `update()` has moved their start.
    """
    if isinstance(config.rule, Once) or row.planned_until is None:
        return []
    found = {each["pk"]: each for each in _newcomers(row, config, now)}
    for each in [] if row.cursor else _share(row, config):
        start = config.start.moment(each, config.zone) if config.start else None
        # Later starts come into the window by themselves.
        if start is not None and start <= now:
            found[each["pk"]] = each
    return [*found.values()]


def _newcomers(row: Schedule, config: ScheduleConfig, now: datetime) -> list[Dates]:
    if row.seen is None:
        return []
    rows = records(config).filter(bound(config, "lte", now))
    rows = rows.filter(pk__gt=row.seen - LATE_NUMBERS).order_by("pk")
    return list(_dates(rows, config)[:CHUNK])


def _share(row: Schedule, config: ScheduleConfig) -> list[Dates]:
    """Read the next records in the order of their keys, from the first after the last.

    Not by their date: what is sought may have any.
    """
    rows = _dates(records(config).order_by("pk"), config)
    share = list((rows.filter(pk__gt=row.reread) if row.reread else rows)[:SHARE])
    row.reread = str(share[-1]["pk"]) if len(share) == SHARE else ""
    return share


def _highest(config: ScheduleConfig) -> int | None:
    model = collection(config.collection)
    if not isinstance(model._meta.pk, IntegerField):
        return None
    highest: int | None = records(config).aggregate(top=Max("pk"))["top"]
    return highest or 0


def _window(row: Schedule, config: ScheduleConfig, until: datetime) -> QuerySet[Model]:
    """Select the records whose start lies between the last search and `until`."""
    rows = records(config).order_by(date_field(config), "pk")
    rows = rows.filter(bound(config, "lte", until))
    if row.cursor and row.planned_until:
        behind = bound(config, "exact", row.planned_until) & Q(pk__gt=row.cursor)
        return rows.filter(behind | bound(config, "gt", row.planned_until))
    if row.planned_until:
        since = row.planned_until - settings().horizon - OVERLAP
        return rows.filter(bound(config, "gte", since))
    if isinstance(config.rule, Once) and row.armed_at:
        return rows.filter(bound(config, "gte", row.armed_at))
    return rows


def date_field(config: ScheduleConfig) -> str:
    return date_fields(config)[0]


def bound(config: ScheduleConfig, lookup: str, moment: datetime) -> Q:
    """Compare the date field with a moment of the schedule."""
    assert config.start is not None  # noqa: S101 - date-field mode has one
    field = field_of(collection(config.collection), config.start.field)
    value: Any = moment - config.start.distance
    if not isinstance(field, DateTimeField):
        value = timezone.localtime(value, config.zone).date()
    return Q(**{f"{field.name}__{lookup}": value})


def _start(config: ScheduleConfig, dates: Dates) -> datetime | None:
    recurrence = config.recurrence_of(dates)
    return recurrence.starts_at if recurrence else None


def _arm(
    row: Schedule, config: ScheduleConfig, found: Sequence[Dates], since: datetime
) -> None:
    """Give each record that has a moment to come its row, and move those that moved."""
    stamps = {str(each["pk"]): config.stamp(each) for each in found}
    stored = dict(_rows(row, stamps).values_list("record", "dates"))
    moved = {
        str(each["pk"]): each
        for each in found
        if stored.get(str(each["pk"])) != stamps[str(each["pk"])]
    }
    known = {each.record: each for each in _rows(row, moved)}
    new = []
    delay = config.delay(row.version.workflow_id)
    for key, dates in moved.items():
        schedule = known.get(key) or _row(row, key)
        _plan(schedule, config, dates, since, delay)
        if schedule.next_run_at and not schedule.pk:
            new.append(schedule)
    Schedule.objects.bulk_create(new, ignore_conflicts=True)
    Schedule.objects.bulk_update(known.values(), ["next_run_at", "dates"])


def _plan(
    schedule: Schedule,
    config: ScheduleConfig,
    dates: Dates,
    since: datetime,
    delay: timedelta,
) -> None:
    """Arm the first moment from `since` on that is not settled yet.

    It may have passed while nobody looked; the misfire policy decides when it fires.
    """
    after = max(since - SECOND, schedule.planned_until or since - SECOND)
    recurrence = config.recurrence_of(dates)
    moment = next_run(recurrence, after) if recurrence else None
    schedule.next_run_at = moment + delay if moment else None
    schedule.dates = config.stamp(dates)


def _rows(row: Schedule, keys: Iterable[str]) -> ScheduleQuerySet:
    """Select the rows of these records; not those that wait for a repair."""
    kind = Schedule.Kind.RECORD
    rows = Schedule.objects.filter(version=row.version_id, kind=kind, error="")
    return rows.filter(record__in=list(keys))


def _row(row: Schedule, key: str) -> Schedule:
    return Schedule(version=row.version, kind=Schedule.Kind.RECORD, record=key)


def _forget_settled(row: Schedule, now: datetime) -> None:
    """Drop the rows of records that are settled and out of every search's sight."""
    past = now - settings().horizon - 2 * OVERLAP
    rows = Schedule.objects.filter(
        version=row.version_id, kind=Schedule.Kind.RECORD, next_run_at=None, error=""
    )
    rows.filter(planned_until__lt=past).delete()
