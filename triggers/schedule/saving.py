"""Plan a record in the transaction that saves it, if its time is near."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.planning import SECOND
from triggers.schedule.recurrence import InvalidRule
from triggers.schedule.searching import first_moment
from workflows.collections import is_allowed, record
from workflows.conf import settings
from workflows.exceptions import WorkflowError


def plan_saved(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    """Receive `post_save`: keep the moment of the record up to date."""
    if is_allowed(sender) and not _kwargs.get("raw"):
        for search in _searches(sender):
            _plan(search, instance, timezone.now())


def forget_deleted(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    """Receive `pre_delete`: a deleted record fires no more."""
    if is_allowed(sender):
        for search in _searches(sender):
            _rows(search, instance).delete()


def _searches(model: type[Model]) -> list[Schedule]:
    label = model._meta.label_lower
    rows = Schedule.objects.filter(collection=label).select_related("version")
    return list(rows.exclude(armed_at=None))


def _rows(search: Schedule, instance: Model) -> Any:
    return Schedule.objects.filter(
        version=search.version_id, kind=Schedule.Kind.RECORD, record=str(instance.pk)
    )


def _plan(search: Schedule, instance: Model, now: datetime) -> None:
    """Arm the next moment; with a past one, keep in mind that it was past when saved.

    What is wrong with the schedule must not keep anybody from saving a record: the
    next search parks the schedule with the error.
    """
    assert search.armed_at is not None  # noqa: S101 - filtered
    try:
        config = ScheduleConfig.read(search.version.trigger_config)
        after = max(search.armed_at, now.replace(microsecond=0)) - SECOND
        values = record(instance)
        moment = first_moment(config, values, after)
        recent = first_moment(config, values, after - 2 * settings().horizon)
    except (InvalidRule, WorkflowError):
        return
    _store(search, instance, moment, recent, now)


def _store(
    search: Schedule,
    instance: Model,
    moment: datetime | None,
    recent: datetime | None,
    now: datetime,
) -> None:
    near = moment is not None and moment <= now + settings().horizon
    if not near and (recent is None or recent > now):
        _rows(search, instance).delete()
        return
    Schedule.objects.update_or_create(
        version_id=search.version_id,
        kind=Schedule.Kind.RECORD,
        record=str(instance.pk),
        defaults={
            "next_run_at": moment if near else None,
            "planned_until": now.replace(microsecond=0) - timedelta(seconds=1),
        },
    )
