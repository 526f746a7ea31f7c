"""Plan a record when it is saved, if its time is near."""

from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model

from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.reading import dates_of
from triggers.schedule.recurrence import SECOND, InvalidRule, Once, Recurrence, next_run
from workflows import clock
from workflows.collections import home_of, is_allowed, rows_of
from workflows.conf import settings
from workflows.exceptions import WorkflowError
from workflows.notices import MOMENTS, notify


def plan_saved(
    sender: type[Model],
    instance: Model,
    *,
    using: str,
    raw: bool = False,
    **_kwargs: Any,
) -> None:
    """Receive `post_save`: keep the moment of the record up to date."""
    if raw or not _is_watched(sender, using):
        return
    if using == DEFAULT_DB_ALIAS:
        for search in _searches(sender):
            _plan(search, instance, clock.now())
    else:
        _plan_after_commit(sender, instance.pk, using)


def forget_deleted(
    sender: type[Model], instance: Model, *, using: str, **_kwargs: Any
) -> None:
    """Receive `pre_delete`: a deleted record fires no more."""
    if not _is_watched(sender, using):
        return
    if using == DEFAULT_DB_ALIAS:
        for search in _searches(sender):
            _rows(search, instance.pk).delete()
    else:
        _plan_after_commit(sender, instance.pk, using)


def _is_watched(model: type[Model], using: str) -> bool:
    """Tell whether a collection is in this database: elsewhere keys mean others."""
    return is_allowed(model) and using == home_of(model)


def _plan_after_commit(model: type[Model], pk: object, using: str) -> None:
    """Plan what another database holds in the end: no transaction covers both.

    What goes wrong there must not reach whoever saved; a search will find the record.
    """
    now = clock.now()
    transaction.on_commit(
        lambda: _plan_stored(model, pk, now), using=using, robust=True
    )


def _plan_stored(model: type[Model], pk: object, now: datetime) -> None:
    searches = _searches(model)
    instance = rows_of(model).filter(pk=pk).first() if searches else None
    for search in searches:
        if instance is None:
            _rows(search, pk).delete()
        else:
            _plan(search, instance, now)


def _searches(model: type[Model]) -> list[Schedule]:
    label = model._meta.label_lower
    rows = Schedule.objects.filter(collection=label).select_related("version")
    return list(rows.exclude(armed_at=None))


def _rows(search: Schedule, pk: object) -> Any:
    return Schedule.objects.filter(
        version=search.version_id, kind=Schedule.Kind.RECORD, record=str(pk)
    )


def _plan(search: Schedule, instance: Model, now: datetime) -> None:
    """Arm the next moment; with a past one, keep in mind that it was past when saved.

    What is wrong with the schedule must not keep anybody from saving a record: the
    next search parks the schedule with the error.
    """
    now = now.replace(microsecond=0)
    try:
        config = ScheduleConfig.read(search.version.trigger_config)
        dates = dates_of(config, instance)
        recurrence = config.recurrence_of(dates)
    except (InvalidRule, WorkflowError):
        return
    stamp = config.stamp(dates)
    if _rows(search, instance.pk).filter(dates=stamp, error="").exists():
        # Its dates are as before. A moment that is due and not fired yet must stay.
        return
    moment = _moment(search, recurrence, now) if recurrence else None
    delay = config.delay(search.version.workflow_id)
    if moment is None and not (recurrence and _has_passed(recurrence, now)):
        _rows(search, instance.pk).delete()
    else:
        values = {"next_run_at": moment and moment + delay, "error": ""}
        values |= {"planned_until": now - SECOND, "dates": stamp}
        _store(search, instance, values)


def _moment(search: Schedule, recurrence: Recurrence, now: datetime) -> datetime | None:
    """Tell which moment to arm; None if there is none or a search will find it.

    A repetition is armed however distant its next moment is: searches look for starts
    that come near, and its start may be long past.
    """
    assert search.armed_at is not None  # noqa: S101 - filtered
    moment = next_run(recurrence, max(search.armed_at, now) - SECOND)
    once = isinstance(recurrence.rule, Once)
    if moment is None or (once and moment > now + settings().horizon):
        return None
    return moment


def _has_passed(recurrence: Recurrence, now: datetime) -> bool:
    """Tell whether a moment passed so lately that a search may still find it."""
    passed = next_run(recurrence, now - SECOND - 2 * settings().horizon)
    return passed is not None and passed < now


def _store(search: Schedule, instance: Model, values: dict[str, Any]) -> None:
    if values["next_run_at"]:
        notify(MOMENTS)
    Schedule.objects.update_or_create(
        version_id=search.version_id,
        kind=Schedule.Kind.RECORD,
        record=str(instance.pk),
        defaults=values,
    )
