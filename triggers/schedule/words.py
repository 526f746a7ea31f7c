"""A schedule in plain words, for lists."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from triggers.schedule.config import FIELD, Offset, ScheduleConfig
from triggers.schedule.recurrence import Once, describe
from workflows.collections import collection, field_of


def describe_schedule(config: ScheduleConfig, language: str) -> str:
    start = _start_of_field(config) if config.mode == FIELD else _start(config)
    if isinstance(config.rule, Once):
        return start
    rule = config.recurrence if config.mode != FIELD else config.rule
    repeat = describe(rule, language)
    return f"{start}, {repeat}" if config.mode == FIELD else repeat


def _start(config: ScheduleConfig) -> str:
    if config.starts_at is None:
        return ""
    moment = timezone.localtime(config.starts_at, config.zone)
    text = date_format(moment, "DATETIME_FORMAT")
    return _("once, %(moment)s (%(zone)s)") % {"moment": text, "zone": config.zone}


def _start_of_field(config: ScheduleConfig) -> str:
    assert config.start is not None  # noqa: S101 - date-field mode has one
    model = collection(config.collection)
    field = field_of(model, config.start.field)
    names = {
        "distance": _distance(config.start),
        "field": field.verbose_name,
        "model": model._meta.verbose_name,
    }
    if not config.start.distance:
        return _("at %(field)s of %(model)s") % names
    if config.start.distance.total_seconds() < 0:
        return _("%(distance)s before %(field)s of %(model)s") % names
    return _("%(distance)s after %(field)s of %(model)s") % names


def _distance(offset: Offset) -> str:
    seconds = abs(int(offset.distance.total_seconds()))
    for size, unit in ((86400, _("d")), (3600, _("h")), (60, _("min"))):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    second = _("s")
    return f"{seconds} {second}"
