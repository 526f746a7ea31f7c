"""Fire due schedules: claim the rows, start the executions, arm the next moments."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Min, Q

from triggers.models import SETTLING, Pause, Schedule, ScheduleQuerySet
from triggers.schedule.leading import LEAD
from triggers.schedule.pausing import missed_reason
from triggers.schedule.plans import Plan, parked, plans_of
from triggers.schedule.storing import store
from workflows.attempts import Errored, attempt, attempt_apart
from workflows.conf import settings
from workflows.models import lock_free
from workflows.poller import Poller
from workflows.services import record_missed, start_many


class FireSchedules(Poller):
    """Fires what is due. Any number may run: SKIP LOCKED and event keys decide."""

    def poll(self, now: datetime) -> int:
        if Pause.objects.lasting().exists():
            return 0
        with transaction.atomic():
            rows = _claim(now)
            plans = [plan for group in _alike(rows) for plan in _plan(group, now)]
            if plans:
                _write_or_park(plans, now)
        return len(rows)

    def due(self, now: datetime) -> datetime | None:
        if Pause.objects.lasting().exists():
            return None
        inserted = Q(ahead__gt=0)
        alone = _first(Schedule.objects.exclude(inserted))
        near = Schedule.objects.filter(inserted, next_run_at__lte=now + LEAD)
        ahead = _first(near)
        settled = None if ahead is None else ahead + SETTLING
        return min((each for each in (alone, settled) if each), default=None)


def _first(schedules: ScheduleQuerySet) -> datetime | None:
    first: datetime | None
    first = schedules.aggregate(first=Min("next_run_at"))["first"]
    return first


def _claim(now: datetime) -> list[Schedule]:
    """Lock the due rows that nobody else has, with their versions and workflows.

    The workflows are locked here because counting will need them: whoever enables or
    disables locks the workflow first and then its schedules, and neither may wait for
    the other. What is locked is skipped, and is due again in a moment. What was
    inserted ahead runs without us, and lets the others go first.
    """
    due = Schedule.objects.to_fire(now).order_by("next_run_at", "pk")
    inserted = Q(ahead__gt=0)
    for share in (due.exclude(inserted), due.filter(inserted)):
        rows = share.select_related("version__workflow").defer("version__definition")
        if locked := list(lock_free(rows)[: settings().schedule_batch]):
            return locked
    return []


def _alike(rows: Sequence[Schedule]) -> list[list[Schedule]]:
    """Group the rows that are planned together, by version and kind."""

    def key(row: Schedule) -> tuple[int, str]:
        return row.version_id, row.kind

    return [list(group) for _, group in groupby(sorted(rows, key=key), key=key)]


def _plan(rows: list[Schedule], now: datetime) -> list[Plan]:
    """Plan rows together; if that fails, one by one, so that only the bad one parks."""
    # Planning changes the rows; a second try must start from what is stored. Moments
    # need no savepoint: they are planned without a query.
    is_pure = rows[0].kind == Schedule.Kind.MOMENT
    tried = attempt if is_pure else attempt_apart
    plans = tried(lambda: plans_of([copy(row) for row in rows], now))
    if not isinstance(plans, Errored):
        return plans
    if len(rows) == 1:
        return [parked(rows[0], plans.message)]
    return [plan for row in rows for plan in _plan([row], now)]


def _write_or_park(plans: Sequence[Plan], now: datetime) -> None:
    written = attempt_apart(lambda: _write(plans, now))
    if not isinstance(written, Errored):
        return
    if len(plans) == 1:
        _write([parked(plans[0].row, written.message)], now)
        return
    for plan in plans:
        _write_or_park([plan], now)


def _write(plans: Sequence[Plan], now: datetime) -> None:
    for plan in plans:
        for event in plan.missed:
            record_missed(event, now, missed_reason(event.planned_at))
    if events := [event for plan in plans for event in plan.starts]:
        start_many(events, now)
    store([plan.row for plan in plans if not plan.gone])
    if gone := [plan.row.pk for plan in plans if plan.gone]:
        Schedule.objects.filter(pk__in=gone).delete()
