"""Read the arguments of functions: numbers, texts, lists, dates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from workflows.expressions.faults import Unfit
from workflows.expressions.operators import Number

MAX_COUNT = 1_000_000_000  #: of characters, digits, months: more is a mistake
MAX_MOMENT = 40  #: characters of a date with time
DATE_ONLY = len("2026-01-31")


def number(value: Any) -> Number:
    if isinstance(value, int | float | Decimal):
        return value
    hint = " VALUE reads numbers from texts." if isinstance(value, str) else ""
    raise Unfit(value, "a number", hint)


def whole(value: Any) -> int:
    """Return a whole number, such as a count or a position."""
    count = number(value)
    if not -MAX_COUNT <= count <= MAX_COUNT or count != int(count):
        raise Unfit(value, "a small whole number")
    return int(count)


def text(value: Any) -> str:
    """Return the text of a plain value; nothing is an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple | set):
        raise Unfit(value, "a text")
    return "" if value is None else str(value)


def items(value: Any) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise Unfit(value, "a list")


def flat(values: Sequence[Any]) -> list[Any]:
    """Return arguments and the items of lists among them, without the empty ones."""
    found: list[Any] = []
    for value in values:
        found.extend(value if isinstance(value, list | tuple) else (value,))
    return [value for value in found if value is not None]


def day(value: Any) -> date:
    """Return a date, or a date with time, as it is or from ISO text."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) <= MAX_MOMENT:
        try:
            only_date = len(value.strip()) == DATE_ONLY
            parse = date.fromisoformat if only_date else datetime.fromisoformat
            return parse(value.strip())
        except ValueError:
            pass
    raise Unfit(value, "a date")


def moment(value: Any) -> datetime:
    """Return a date with time; a plain date begins at midnight."""
    known = day(value)
    if isinstance(known, datetime):
        return known
    return datetime.combine(known, time())


def clock(value: Any) -> time:
    """Return the time of day of a date with time, a time, or ISO text."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and "-" not in value[:5] and len(value) <= MAX_MOMENT:
        return time.fromisoformat(value.strip())
    return moment(value).timetz()
