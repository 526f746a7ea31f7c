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

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        # The JSON type of MariaDB is a text with a check that knows no more than 32
        # levels of nesting; nothing but our own encoder writes here.
        if getattr(connection, "mysql_is_mariadb", False):
            return "longtext"
        return super().db_type(connection)

    def db_check(self, connection: BaseDatabaseWrapper) -> Any:
        is_mariadb = getattr(connection, "mysql_is_mariadb", False)
        return None if is_mariadb else super().db_check(connection)

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
