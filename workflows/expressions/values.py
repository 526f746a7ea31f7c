"""What a value is called, and which of its parts may be read."""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.expressions.errors import Forbidden, Missing

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

KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a truth value"),
    ((int, float, Decimal), "a number"),
    (str, "a text"),
    ((list, tuple), "a list"),
    (Mapping, "an object"),
    (datetime, "a date with time"),
    (date, "a date"),
    (time, "a time"),
    (timedelta, "a duration"),
)


def kind(value: object) -> str:
    """Say in a person's words what the value is."""
    for types, name in KINDS:
        if isinstance(value, types):
            return name
    return f"a {type(value).__name__}"


def show(value: object) -> str:
    """Show the value in an error, shortened; never the inside of an object."""
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else f"{value[:40]}…")
    if isinstance(value, float | Decimal | date | time | timedelta):
        return str(value)
    if isinstance(value, int) and value.bit_length() < 200:
        return str(value)
    return kind(value)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" if a known name is close."""
    close = difflib.get_close_matches(name[:80], [*known][:500], n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def private(key: object) -> bool:
    return isinstance(key, str) and key.startswith("_")


def read(value: Any, key: Any) -> Any:
    """Return one part of a value: a key, an index, a field, a plain attribute."""
    if private(key):
        raise Forbidden(f"Names that start with '_' are private: '{key[:40]}'.")
    if isinstance(value, Mapping):
        return read_key(value, key)
    if isinstance(value, list | tuple | str) and isinstance(key, int):
        return read_index(value, key)
    if isinstance(key, str) and key in readable(value):
        return getattr(value, key)
    raise Missing(f"{sentence_case(kind(value))} has no {show(key)}.")


def read_key(value: Mapping[Any, Any], key: Any) -> Any:
    try:
        return value[key]
    except KeyError:
        close = nearest(key, map(str, value)) if isinstance(key, str) else ""
        raise Missing(f"There is no {show(key)}.{close}") from None


def read_index(value: Any, index: int) -> Any:
    try:
        return value[index]
    except IndexError:
        raise Missing(
            f"There is no item {index}; the length is {len(value)}."
        ) from None


def readable(value: object) -> frozenset[str]:
    """Return the attributes that may be read: fields of dataclasses, parts of dates."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return frozenset(field.name for field in dataclasses.fields(value))
    for owner, names in PROPERTIES:
        if isinstance(value, owner):
            return names
    return frozenset()


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
