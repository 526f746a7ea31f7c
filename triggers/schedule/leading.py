"""Insert the executions of near moments ahead of them, so that they start in time.

Firing costs time when a thousand schedules share a second. What can be known before is
therefore done before: the execution is inserted, due at its moment, and workers take it
without asking. The schedule is settled soon after, by `firing`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from triggers.models import Pause, Schedule, ScheduleQuerySet
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.events import event_of
from triggers.schedule.plans import planned_moment
from triggers.schedule.storing import store_ahead
from workflows.attempts import Errored, attempt
from workflows.conf import settings
from workflows.models import LATE, lock_free
from workflows.notices import MOMENTS, notify
from workflows.poller import Poller
from workflows.services import Event, drop_ahead, insert_ahead, may_start_ahead

#: How long before their moments executions are inserted, at most and at least.
LEAD, LEAST = timedelta(seconds=5), timedelta(seconds=0.05)


class InsertAhead(Poller):
    """Inserts executions ahead; any number may run."""

    def poll(self, now: datetime) -> int:
        near = Schedule.objects.filter(next_run_at__lte=now + LEAD)
        if Pause.objects.lasting().exists():
            take_back(near.filter(next_run_at__gt=now - LEAD))
            return 0
        with transaction.atomic():
            rows = _claim(now)
            if rows:
                _insert(rows, now)
        return len(rows)

    def due(self, now: datetime) -> datetime | None:
        if Pause.objects.lasting().exists():
            return None
        rows = Schedule.objects.to_insert().filter(next_run_at__gt=now + LEAST)
        first = rows.order_by("next_run_at").values_list("next_run_at", flat=True)[:1]
        return next((max(moment - LEAD, now) for moment in first if moment), None)


def take_back(schedules: ScheduleQuerySet) -> None:
    """Remove what was inserted for these, as if nobody had looked ahead."""
    with transaction.atomic():
        rows = schedules.filter(ahead__gt=0).select_for_update()
        ahead = dict(rows.values_list("pk", "ahead"))
        drop_ahead([pk for pk in ahead.values() if pk is not None])
        Schedule.objects.filter(pk__in=ahead).update(ahead=None)


def _claim(now: datetime) -> list[Schedule]:
    rows = Schedule.objects.to_insert().filter(
        next_run_at__gt=now + LEAST, next_run_at__lte=now + LEAD
    )
    rows = rows.select_related("version").defer("version__definition")
    # Only the schedules are locked: what they belong to is not changed.
    free = lock_free(rows.order_by("next_run_at"), of=("self",))
    return list(free[: settings().schedule_batch])


def _insert(rows: Sequence[Schedule], now: datetime) -> None:
    events = {row.pk: _event(row) for row in rows}
    given = [
        (event, row.next_run_at)
        for row in rows
        if (event := events[row.pk]) is not None and row.next_run_at is not None
    ]
    created = insert_ahead(given, now)
    for row in rows:
        event = events[row.pk]
        row.ahead = created.get(event.key, 0) if event else 0
    store_ahead(rows)
    if created:
        notify(MOMENTS)


def _event(row: Schedule) -> Event | None:
    """Make the event of the next run; None if it must wait for its moment.

    What is wrong with the row is told when it fires.
    """
    event = attempt(lambda: _planned_event(row), blame_database=True)
    if isinstance(event, Errored) or event is None:
        return None
    return event if may_start_ahead(event, row.version.behaviour) else None


def _planned_event(row: Schedule) -> Event | None:
    config = ScheduleConfig.read(row.version.trigger_config)
    if config.misfire_grace <= LATE:
        # Nobody may take it later than its grace allows.
        return None
    moment, _delay = planned_moment(row, config)
    return event_of(row.version, config, moment)
