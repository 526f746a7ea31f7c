"""The methods of values that may be called; none of them changes its value."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from workflows.expressions import formats, lists, texts
from workflows.expressions.coercion import text
from workflows.expressions.faults import Fault, Unfit
from workflows.expressions.operations import Call, Operation, table


def get(value: Mapping[Any, Any], key: Any, default: Any = None) -> Any:
    return value.get(key, default)


def only_date(value: datetime) -> date:
    return value.date()


def only_time(value: datetime) -> time:
    return value.time()


def isoformat(value: date | time) -> str:
    return value.isoformat()


def weekday(value: date) -> int:
    return value.weekday()


def isoweekday(value: date) -> int:
    return value.isoweekday()


def timestamp(value: datetime) -> float:
    return value.timestamp()


def total_seconds(value: timedelta) -> float:
    return value.total_seconds()


def index(value: Any, part: Any) -> int:
    """Return where a part begins, from 0; -1 if it is not there."""
    if isinstance(value, str):
        return value.find(text(part))
    return next((i for i, item in enumerate(value) if item == part), -1)


def count(value: Any, part: Any) -> int:
    return int(value.count(text(part) if isinstance(value, str) else part))


STRING: dict[str, Call] = {
    "capitalize": texts.capitalize,
    "count": count,
    "endswith": texts.ends_with,
    "find": index,
    "lower": texts.lower,
    "replace": texts.substitute,
    "split": texts.split,
    "startswith": texts.starts_with,
    "strip": texts.strip,
    "title": texts.title,
    "upper": texts.upper,
}
MOMENT: dict[str, Call] = {"isoformat": isoformat, "strftime": formats.strftime}
DATE: dict[str, Call] = {**MOMENT, "isoweekday": isoweekday, "weekday": weekday}
OWNERS: tuple[tuple[type | tuple[type, ...], dict[str, Operation]], ...] = (
    (str, table(STRING)),
    (
        Mapping,
        table(
            {
                "get": get,
                "items": lists.pairs,
                "keys": lists.keys,
                "values": lists.values_of,
            }
        ),
    ),
    ((list, tuple), table({"count": count, "index": index})),
    (
        datetime,
        table({**DATE, "date": only_date, "time": only_time, "timestamp": timestamp}),
    ),
    (date, table(DATE)),
    (time, table(MOMENT)),
    (timedelta, table({"total_seconds": total_seconds})),
)
SEARCHING = frozenset({"count", "index"})  #: these compare with every item
METHODS = frozenset(name for _, methods in OWNERS for name in methods)


def call_method(name: str, value: Any, *arguments: Any) -> Any:
    """Call a method that this kind of value has; raise TypeError for the others."""
    for owner, methods in OWNERS:
        if isinstance(value, owner) and name in methods:
            method = methods[name]
            if fault := method.fault(1 + len(arguments)):
                raise Fault(fault)
            return method.call(value, *arguments)
    raise Unfit(value, f"a value with {name}()")
