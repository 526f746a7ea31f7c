"""Columns of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from workflows.codec import TypedDecoder, TypedEncoder


class TypedJSONField(models.JSONField):
    """A JSON column whose dates, decimals and UUIDs keep their types."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options |= {"encoder": TypedEncoder, "decoder": TypedDecoder}
        super().__init__(*args, **options)

    def db_check(self, connection: BaseDatabaseWrapper) -> Any:
        # The check that MariaDB would make knows no more than 32 levels of nesting;
        # nothing but our own encoder writes here.
        return None if connection.vendor == "mysql" else super().db_check(connection)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["encoder"], options["decoder"]
        return name, path, args, options


def marker(**options: Any) -> "models.BooleanField[Any, Any]":
    """Make a column that is true or NULL.

    NULLs are distinct in a unique constraint on every database, so that a plain
    constraint over it says "at most one"; MariaDB has no conditional ones.
    """
    return models.BooleanField(null=True, blank=True, default=None, **options)
