"""Read the records of a collection, wherever they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connections,
)
from django.db.models import Model, QuerySet

from triggers.schedule.config import ScheduleConfig
from workflows.collections import collection, home_of, rows_of
from workflows.exceptions import WorkflowError


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
