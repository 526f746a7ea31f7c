"""Fire due schedules: claim the rows, start the executions, arm the next moments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Min, Model

from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.events import event_of
from triggers.schedule.planning import SECOND, firing
from triggers.schedule.recurrence import InvalidRule, Recurrence, next_run
from triggers.schedule.searching import search
from workflows.collections import collection, record
from workflows.conf import settings
from workflows.exceptions import WorkflowError
from workflows.poller import Poller
from workflows.services import Event, record_missed, start_many

_CHANGING = ["next_run_at", "last_run_at", "planned_until", "error"]


@dataclass
class Batch:
    """What the due rows of one claim add up to."""

    now: datetime
    starts: list[Event] = field(default_factory=list)
    missed: list[Event] = field(default_factory=list)
    changed: list[Schedule] = field(default_factory=list)
    gone: list[Schedule] = field(default_factory=list)


class FireSchedules(Poller):
    """Fires what is due. Any number may run: SKIP LOCKED and event keys decide."""

    def poll(self, now: datetime) -> int:
        with transaction.atomic():
            rows = self._claim(now)
            batch = Batch(now)
            for _, group in groupby(rows, key=lambda row: (row.version_id, row.kind)):
                _plan(list(group), batch)
            _write(batch)
        return len(rows)

    def due(self, now: datetime) -> datetime | None:
        first: datetime | None
        first = Schedule.objects.aggregate(first=Min("next_run_at"))["first"]
        return first

    def _claim(self, now: datetime) -> list[Schedule]:
        can_skip = connection.features.has_select_for_update_skip_locked
        rows = Schedule.objects.due(now).order_by("next_run_at", "pk")
        locked = rows.select_for_update(skip_locked=can_skip)
        taken = list(locked[: settings().schedule_batch])
        versions = {row.version_id: row for row in taken}
        loaded = Schedule.objects.filter(pk__in=[r.pk for r in versions.values()])
        by_id = {
            row.version_id: row.version
            for row in loaded.select_related("version__workflow")
        }
        for row in taken:
            row.version = by_id[row.version_id]
        return sorted(taken, key=lambda row: (row.version_id, row.kind))


def _plan(rows: Sequence[Schedule], batch: Batch) -> None:
    """Plan the due rows of one version; what is wrong with it parks only them."""
    try:
        config = ScheduleConfig.read(rows[0].version.trigger_config)
        if _limit_reached(rows[0], config):
            _end(rows, batch)
        elif rows[0].kind == Schedule.Kind.SEARCH:
            search(rows[0], config, batch.now)
        elif rows[0].kind == Schedule.Kind.RECORD:
            _fire_records(rows, config, batch)
        else:
            _fire(rows[0], config, config.recurrence, batch)
    except (InvalidRule, WorkflowError) as error:
        _park(rows, str(error), batch)


def _limit_reached(row: Schedule, config: ScheduleConfig) -> bool:
    limit = config.max_runs
    return limit is not None and row.version.workflow.run_count >= limit


def _end(rows: Iterable[Schedule], batch: Batch) -> None:
    for row in rows:
        row.next_run_at = None
        batch.changed.append(row)


def _park(rows: Iterable[Schedule], error: str, batch: Batch) -> None:
    for row in rows:
        row.next_run_at, row.error = None, error
        batch.changed.append(row)


def _fire(
    row: Schedule,
    config: ScheduleConfig,
    recurrence: Recurrence,
    batch: Batch,
    instance: Model | None = None,
) -> None:
    assert row.next_run_at is not None  # noqa: S101 - it was due
    planned = firing(config, recurrence, row.next_run_at, batch.now)
    data = None if instance is None else record(instance, config.preload)
    for moments, events in (
        (planned.starts, batch.starts),
        (planned.missed, batch.missed),
    ):
        events.extend(
            event_of(row.version, config, moment, record=row.record, data=data)
            for moment in moments
        )
    if planned.starts:
        row.last_run_at = planned.starts[-1]
    row.planned_until = batch.now
    row.next_run_at = planned.next_run_at
    batch.changed.append(row)


def _fire_records(
    rows: Sequence[Schedule], config: ScheduleConfig, batch: Batch
) -> None:
    """Read the records again: one that is gone or has moved does not fire."""
    model = collection(config.collection)
    found = model._default_manager.in_bulk([row.record for row in rows])
    instances = {str(pk): instance for pk, instance in found.items()}
    for row in rows:
        instance = instances.get(row.record)
        if instance is None:
            batch.gone.append(row)
        else:
            _fire_record(row, config, instance, batch)


def _fire_record(
    row: Schedule, config: ScheduleConfig, instance: Model, batch: Batch
) -> None:
    assert row.next_run_at is not None  # noqa: S101 - it was due
    recurrence = config.recurrence_of(record(instance))
    if recurrence is None:
        batch.gone.append(row)
    elif next_run(recurrence, row.next_run_at - SECOND) == row.next_run_at:
        _fire(row, config, recurrence, batch, instance)
    else:
        row.next_run_at = next_run(recurrence, batch.now - SECOND)
        batch.changed.append(row)


def _write(batch: Batch) -> None:
    for event in batch.missed:
        record_missed(event, batch.now)
    start_many(batch.starts, batch.now)
    Schedule.objects.bulk_update(batch.changed, _CHANGING)
    Schedule.objects.filter(pk__in=[row.pk for row in batch.gone]).delete()
