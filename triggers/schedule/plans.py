"""What due schedule rows amount to: executions to start, moments missed, rows gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Model

from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.events import event_of
from triggers.schedule.planning import firing
from triggers.schedule.reading import CollectionUnreachable, reading, records
from triggers.schedule.recurrence import SECOND, Recurrence, next_run
from triggers.schedule.searching import search
from workflows.collections import record
from workflows.conf import settings
from workflows.services import Event


@dataclass
class Plan:
    """One due row, changed in memory, with the events that go with the change."""

    row: Schedule
    starts: list[Event] = field(default_factory=list)
    missed: list[Event] = field(default_factory=list)
    #: The record is gone, and the row goes with it.
    gone: bool = False


def parked(row: Schedule, error: str) -> Plan:
    """Stop a row that cannot be planned, and keep the reason where people see it."""
    row.next_run_at, row.ahead, row.error = None, None, error
    return Plan(row)


def plans_of(rows: Sequence[Schedule], now: datetime) -> list[Plan]:
    """Plan the due rows of one version and kind."""
    config = ScheduleConfig.read(rows[0].version.trigger_config)
    if _limit_reached(rows[0], config):
        return [_ended(row) for row in rows]
    try:
        return _planned(rows, config, now)
    except CollectionUnreachable as error:
        return [_postponed(row, config, str(error), now) for row in rows]


def _planned(
    rows: Sequence[Schedule], config: ScheduleConfig, now: datetime
) -> list[Plan]:
    match rows[0].kind:
        case Schedule.Kind.SEARCH:
            return [_searched(row, config, now) for row in rows]
        case Schedule.Kind.RECORD:
            return _of_records(rows, config, now)
        case _:
            return [_fired(row, config, config.recurrence, now) for row in rows]


def _limit_reached(row: Schedule, config: ScheduleConfig) -> bool:
    limit = config.max_runs
    return limit is not None and row.version.workflow.run_count >= limit


def _ended(row: Schedule) -> Plan:
    row.next_run_at = None
    return Plan(row)


def _postponed(
    row: Schedule, config: ScheduleConfig, error: str, now: datetime
) -> Plan:
    """Look again soon; what a record has come to meanwhile is late or missed then."""
    if row.kind == Schedule.Kind.RECORD and not row.error:
        row.planned_until = planned_moment(row, config)[0] - SECOND
    row.next_run_at, row.error = now + settings().sweep_period, error
    return Plan(row)


def _searched(row: Schedule, config: ScheduleConfig, now: datetime) -> Plan:
    search(row, config, now)
    row.error = ""
    return Plan(row)


def _of_records(
    rows: Sequence[Schedule], config: ScheduleConfig, now: datetime
) -> list[Plan]:
    """Read the records again: one that is gone or has moved does not fire."""
    with reading(config):
        found = records(config).in_bulk([row.record for row in rows])
        instances = {str(pk): instance for pk, instance in found.items()}
        since = cache(lambda: _last_search(rows[0], now))
        return [
            _of_record(row, config, instances.get(row.record), now, since)
            for row in rows
        ]


def _of_record(
    row: Schedule,
    config: ScheduleConfig,
    instance: Model | None,
    now: datetime,
    since: Callable[[], datetime],
) -> Plan:
    values = None if instance is None else record(instance)
    recurrence = None if values is None else config.recurrence_of(values)
    if instance is None or values is None or recurrence is None:
        return Plan(row, gone=True)
    row.dates = config.stamp(values)
    armed, delay = planned_moment(row, config)
    if row.error:
        return _resumed(row, config, recurrence, now, instance)
    if next_run(recurrence, armed - SECOND) != armed:
        row.next_run_at = delayed(_first_unsettled(row, recurrence, since()), delay)
        return Plan(row)
    return _fired(row, config, recurrence, now, instance)


def _last_search(row: Schedule, now: datetime) -> datetime:
    """Tell since when dates may have moved without anybody having looked."""
    rows = Schedule.objects.filter(version=row.version_id, cursor="")
    planned = rows.filter(kind=Schedule.Kind.SEARCH).values_list("planned_until")
    [until] = planned.first() or [None]
    return min(until - settings().horizon, now) if until else now


def _first_unsettled(
    row: Schedule, recurrence: Recurrence, since: datetime
) -> datetime | None:
    """Find the moment that a record has now that its dates have moved."""
    return next_run(
        recurrence, max(since - SECOND, row.planned_until or since - SECOND)
    )


def _resumed(
    row: Schedule,
    config: ScheduleConfig,
    recurrence: Recurrence,
    now: datetime,
    instance: Model,
) -> Plan:
    """Go on with a record that could not be read for a while."""
    assert row.planned_until is not None  # noqa: S101 - it was postponed
    delay = config.delay(row.version.workflow_id)
    row.error = ""
    row.next_run_at = delayed(next_run(recurrence, row.planned_until), delay)
    if row.next_run_at is None or row.next_run_at > now:
        return Plan(row)
    return _fired(row, config, recurrence, now, instance)


def _fired(
    row: Schedule,
    config: ScheduleConfig,
    recurrence: Recurrence,
    now: datetime,
    instance: Model | None = None,
) -> Plan:
    armed, delay = planned_moment(row, config)
    planned = firing(config, recurrence, armed, now - delay)
    data = None if instance is None else record(instance, config.preload)

    def event(moment: datetime) -> Event:
        made = event_of(row.version, config, moment, record=row.record, data=data)
        return replace(made, ahead=True) if row.ahead and moment == armed else made

    plan = Plan(row, [*map(event, planned.starts)], [*map(event, planned.missed)])
    row.last_run_at = planned.starts[-1] if planned.starts else row.last_run_at
    row.planned_until = now - delay
    row.next_run_at, row.ahead = delayed(planned.next_run_at, delay), None
    return plan


def planned_moment(row: Schedule, config: ScheduleConfig) -> tuple[datetime, timedelta]:
    """Tell for which moment a due row was armed, and how much later it fires."""
    assert row.next_run_at is not None  # noqa: S101 - it was due
    delay = config.delay(row.version.workflow_id)
    return row.next_run_at - delay, delay


def delayed(moment: datetime | None, delay: timedelta) -> datetime | None:
    return None if moment is None else moment + delay
