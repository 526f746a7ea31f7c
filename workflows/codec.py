"""JSON that keeps its types: dates, decimals, UUIDs and durations come back as such.

A typed value is an object with one key: `{"$datetime": "2026-11-22T09:00:00+00:00"}`.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise

from workflows.exceptions import ResultNotStorable

#: An escaped NUL, told from an escaped backslash before `u0000`.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

#: Calls that any reader of a value may be deeper on the stack than its first writer.
_ROOM = 200

#: A datetime is a date too, so that it comes first.
_WRITERS: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (dt.datetime, "$datetime", dt.datetime.isoformat),
    (dt.date, "$date", dt.date.isoformat),
    (dt.time, "$time", dt.time.isoformat),
    (dt.timedelta, "$duration", lambda value: str(value.total_seconds())),
    (Decimal, "$decimal", str),
    (uuid.UUID, "$uuid", str),
)
_READERS: dict[str, Callable[[str], Any]] = {
    "$datetime": dt.datetime.fromisoformat,
    "$date": dt.date.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$duration": lambda text: dt.timedelta(seconds=float(text)),
    "$decimal": Decimal,
    "$uuid": uuid.UUID,
}


class TypedEncoder(json.JSONEncoder):
    """Write what JSON has no word for as an object with one `$` key."""

    def default(self, o: Any) -> Any:
        for kind, key, write in _WRITERS:
            if isinstance(o, kind):
                return {key: write(o)}
        if isinstance(o, Mapping):
            return dict(o)
        if isinstance(o, set | frozenset):
            return list(o)
        # Lazy translations are no strings for the encoder.
        return str(o) if isinstance(o, Promise) else super().default(o)


class TypedDecoder(json.JSONDecoder):
    """Read what `TypedEncoder` wrote; foreign objects that look alike stay as is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(object_hook=_typed, **options)


def _typed(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    [(key, text)] = value.items()
    reader = _READERS.get(key)
    if reader is None or not isinstance(text, str):
        return value
    try:
        return reader(text)
    except (ValueError, OverflowError, InvalidOperation):
        return value


def encode(value: object) -> str:
    """Write `value` as JSON text; raise `ResultNotStorable` if that cannot be."""
    try:
        text = _dump_strictly(value)
        text.encode()
        if text.count("[") + text.count("{") > _ROOM:
            _with_less_room(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ResultNotStorable(str(error)) from error
    if _NUL.search(text):
        reason = "it holds a NUL character, which databases refuse"
        raise ResultNotStorable(reason)
    return text


def _with_less_room(value: object, frames: int = _ROOM) -> None:
    """Write `value` again from further up the stack, as other code will.

    How deep a structure may be depends on how deep its writer or reader is called.
    """
    if frames:
        _with_less_room(value, frames - 1)
    else:
        json.dumps(value, cls=TypedEncoder)


def readable(text: object, limit: int = 100_000) -> str:
    """Make a text that every database stores: no NUL, no half characters, not long."""
    kept = str(text)[:limit].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return kept.encode(errors="replace").decode()


def dump(value: object) -> str:
    """Write what is known to be storable, such as what `encode` has seen."""
    return _dump(value)


def decode(text: str) -> Any:
    return _decode(text)


# Made once: making them costs more than using them.
_dump = TypedEncoder(ensure_ascii=False).encode
_dump_strictly = TypedEncoder(ensure_ascii=False, allow_nan=False).encode
_decode = TypedDecoder().decode
