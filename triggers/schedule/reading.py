"""Read the records of a collection, wherever they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeAlias

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connections,
)
from django.db.models import DateTimeField, Model, QuerySet
from django.utils import timezone

from triggers.schedule.config import ScheduleConfig
from workflows.collections import collection, field_of, home_of, rows_of
from workflows.exceptions import WorkflowError

#: A record as planning reads it: its dates, perhaps with its primary key.
Dates: TypeAlias = dict[str, Any]


class CollectionUnreachable(WorkflowError):
    """A database of the project does not answer; the one of schedules does."""

    permanent = False

    def __init__(self, label: str, alias: str, reason: Exception) -> None:
        super().__init__(
            f"The database '{alias}', where '{label}' is, cannot be read: {reason}."
        )


def records(config: ScheduleConfig) -> QuerySet[Model]:
    """Select the records of the collection that a schedule watches."""
    return rows_of(collection(config.collection))


@contextmanager
def reading(config: ScheduleConfig) -> Iterator[None]:
    """Tell apart the database of the collection, if it fails, from that of schedules.

    Raises `CollectionUnreachable`. The next attempt begins with a new connection.
    """
    alias = home_of(collection(config.collection))
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if alias == DEFAULT_DB_ALIAS:
            raise
        connections[alias].close()
        raise CollectionUnreachable(config.collection, alias, error) from error


def date_fields(config: ScheduleConfig) -> list[str]:
    """Name the columns that decide when a record fires."""
    model = collection(config.collection)
    chosen = [each for each in (config.start, config.end) if each is not None]
    return [field_of(model, each.field).name for each in chosen]


def dates_of(config: ScheduleConfig, instance: Model) -> Dates:
    """Give the dates of a record that was just saved.

    What was assigned may be a text or an expression. The database has made a date of
    it, and is asked.
    """
    names = date_fields(config)
    dates = {name: getattr(instance, name) for name in names}
    if all(_is_read(instance, name, value) for name, value in dates.items()):
        return dates
    stored = records(config).filter(pk=instance.pk).values(*names).first()
    return stored or dict.fromkeys(names)


def _is_read(instance: Model, name: str, value: Any) -> bool:
    """Tell whether a value is as the database would give it."""
    if value is None:
        return True
    if isinstance(instance._meta.get_field(name), DateTimeField):
        is_moment = isinstance(value, datetime)
        return is_moment and timezone.is_aware(value) == settings.USE_TZ
    return isinstance(value, date) and not isinstance(value, datetime)
