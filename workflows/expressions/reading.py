"""Which parts of a value may be read."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from workflows.expressions.faults import Missing, Private
from workflows.expressions.wording import nearest

#: The plain attributes that may be read; keys of objects are always readable.
PROPERTIES: tuple[tuple[type, frozenset[str]], ...] = (
    (
        datetime,
        frozenset(["year", "month", "day", "hour", "minute", "second", "microsecond"]),
    ),
    (date, frozenset({"year", "month", "day"})),
    (time, frozenset({"hour", "minute", "second", "microsecond"})),
    (timedelta, frozenset({"days", "seconds"})),
)


def private(key: object) -> bool:
    return isinstance(key, str) and key.startswith("_")


def read(value: Any, key: Any) -> Any:
    """Return one part of a value: a key, an index, a field, a plain attribute."""
    if private(key):
        raise Private(key)
    if isinstance(value, Mapping):
        return read_key(value, key)
    if isinstance(value, list | tuple | str) and isinstance(key, int):
        return read_index(value, key)
    if isinstance(key, str) and key in readable(value):
        return getattr(value, key)
    raise Missing(key, value)


def read_key(value: Mapping[Any, Any], key: Any) -> Any:
    try:
        return value[key]
    except (KeyError, TypeError):  # a list is no key
        close = nearest(key, map(str, value)) if isinstance(key, str) else ""
        raise Missing(key, value, close) from None


def read_index(value: Any, index: int) -> Any:
    try:
        return value[index]
    except IndexError:
        close = f" Its length is {len(value)}."
        raise Missing(index, value, close) from None


def readable(value: object) -> frozenset[str]:
    """Return the attributes that may be read: fields of dataclasses, parts of dates."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return frozenset(field.name for field in dataclasses.fields(value))
    for owner, names in PROPERTIES:
        if isinstance(value, owner):
            return names
    return frozenset()
