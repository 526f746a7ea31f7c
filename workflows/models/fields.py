"""Columns of our own."""

from typing import Any

from django.db import models

from workflows.codec import TypedDecoder, TypedEncoder


def typed_json(**options: Any) -> "models.JSONField[Any, Any]":
    """Make a JSON column whose dates, decimals and UUIDs keep their types."""
    return models.JSONField(encoder=TypedEncoder, decoder=TypedDecoder, **options)


def marker(**options: Any) -> "models.BooleanField[Any, Any]":
    """Make a column that is true or NULL.

    NULLs are distinct in a unique constraint on every database, so that a plain
    constraint over it says "at most one"; MariaDB has no conditional ones.
    """
    return models.BooleanField(null=True, blank=True, default=None, **options)
