"""Find the records whose dates come near: what no signal announced is found here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, IntegerField, Max, Model, Q, QuerySet
from django.utils import timezone

from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.reading import reading, records
from triggers.schedule.recurrence import SECOND, Once, next_run
from workflows.collections import collection, field_of, record
from workflows.conf import settings

#: Records that one search plans; it goes on behind them at once.
CHUNK = 2000
#: How far a search looks back over the last one, for transactions that end late.
OVERLAP = timedelta(seconds=5)
#: How many numbers below the highest may still be taken by such transactions.
LATE_NUMBERS = 100


def search(row: Schedule, config: ScheduleConfig, now: datetime) -> None:
    """Plan the records that come near, and say when to look again."""
    until = now + settings().horizon
    with reading(config):
        found = list(_window(row, config, until)[:CHUNK])
        newcomers = _newcomers(row, config, now)
        highest = _highest(config)
    armed_at = row.armed_at or now
    _arm(row, config, found, armed_at)
    if row.planned_until:
        last_search = row.planned_until - settings().horizon
        _arm(row, config, newcomers, max(armed_at, last_search))
    row.seen = highest
    complete = len(found) < CHUNK
    row.cursor = "" if complete else str(found[-1].pk)
    row.planned_until = until if complete else _start(config, found[-1])
    row.next_run_at = now + settings().sweep_period if complete else now
    if complete:
        _forget_settled(row, now)


def _newcomers(row: Schedule, config: ScheduleConfig, now: datetime) -> list[Model]:
    """Find new records that began to repeat before anybody looked.

    Their start lies behind the window of the search; that they are new shows in
    their number. Records that are numbered otherwise are found by signals only.
    """
    if isinstance(config.rule, Once) or row.seen is None:
        return []
    rows = records(config).filter(bound(config, "lte", now))
    return list(rows.filter(pk__gt=row.seen - LATE_NUMBERS).order_by("pk")[:CHUNK])


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
    assert config.start is not None  # noqa: S101 - date-field mode has one
    return field_of(collection(config.collection), config.start.field).name


def bound(config: ScheduleConfig, lookup: str, moment: datetime) -> Q:
    """Compare the date field with a moment of the schedule."""
    assert config.start is not None  # noqa: S101 - date-field mode has one
    field = field_of(collection(config.collection), config.start.field)
    value: Any = moment - config.start.distance
    if not isinstance(field, DateTimeField):
        value = timezone.localtime(value, config.zone).date()
    return Q(**{f"{field.name}__{lookup}": value})


def _start(config: ScheduleConfig, instance: Model) -> datetime | None:
    recurrence = config.recurrence_of(record(instance))
    return recurrence.starts_at if recurrence else None


def _arm(
    row: Schedule, config: ScheduleConfig, records: Sequence[Model], since: datetime
) -> None:
    """Give each record that has a moment to come its row, and move those that moved.

    The moment is the first from `since` on that is not settled yet. It may have
    passed while nobody looked; the misfire policy decides when it fires.
    """
    known = known_rows(row.version_id, [str(each.pk) for each in records])
    delay = config.delay(row.version.workflow_id)
    new, moved = [], []
    for instance in records:
        schedule = known.get(str(instance.pk))
        settled = schedule.planned_until if schedule else None
        after = max(since - SECOND, settled or since - SECOND)
        moment = first_moment(config, record(instance), after)
        moment = moment + delay if moment else None
        if moment is not None and schedule is None:
            new.append(record_row(row.version_id, instance.pk, next_run_at=moment))
        elif schedule is not None and schedule.next_run_at != moment:
            schedule.next_run_at = moment
            moved.append(schedule)
    Schedule.objects.bulk_create(new, ignore_conflicts=True)
    Schedule.objects.bulk_update(moved, ["next_run_at"])


def first_moment(
    config: ScheduleConfig, values: Mapping[str, Any], after: datetime
) -> datetime | None:
    recurrence = config.recurrence_of(values)
    return next_run(recurrence, after) if recurrence else None


def known_rows(version_id: int, pks: Sequence[str]) -> dict[str, Schedule]:
    rows = Schedule.objects.filter(
        version=version_id, kind=Schedule.Kind.RECORD, record__in=pks
    )
    return {row.record: row for row in rows}


def record_row(version_id: int, pk: object, **values: Any) -> Schedule:
    kind = Schedule.Kind.RECORD
    return Schedule(version_id=version_id, kind=kind, record=str(pk), **values)


def _forget_settled(row: Schedule, now: datetime) -> None:
    """Drop the rows of records that are settled and out of every search's sight."""
    past = now - settings().horizon - 2 * OVERLAP
    rows = Schedule.objects.filter(
        version=row.version_id, kind=Schedule.Kind.RECORD, next_run_at=None, error=""
    )
    rows.filter(planned_until__lt=past).delete()
