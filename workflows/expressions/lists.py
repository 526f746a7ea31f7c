"""Functions of lists, of objects, and of lists of objects (rows)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from workflows.expressions.coercion import items, text
from workflows.expressions.faults import Exceeded, Missing, Unfit
from workflows.expressions.numeric import ROUNDING, largest, smallest, total
from workflows.expressions.operators import Number
from workflows.expressions.reading import read
from workflows.expressions.texts import join
from workflows.expressions.wording import kind

DIGITS = 40  #: of a Decimal that is compared digit by digit
MAX_KEYS = 10  #: keys of a dotted path


def keys_of(path: Any) -> list[str]:
    keys = text(path).split(".")
    if len(keys) > MAX_KEYS:
        raise Exceeded(MAX_KEYS, "The path has too many keys")
    return keys


def walk(value: Any, keys: list[str]) -> Any:
    for key in keys:
        index = isinstance(value, list | tuple) and key.lstrip("-").isdecimal()
        value = read(value, int(key[:10]) if index else key)
    return value


def get(value: Any, path: Any, default: Any = None) -> Any:
    """Read a dotted path; what is missing on the way gives the default."""
    try:
        return walk(value, keys_of(path))
    except Missing:
        return default


def first(values: Any) -> Any:
    return edge(values, 0)


def last(values: Any) -> Any:
    return edge(values, -1)


def edge(values: Any, index: int) -> Any:
    known = values if isinstance(values, str) else items(values)
    return known[index] if known else None


def identity(value: Any) -> Any:
    """Return what equal values share, in texts, whose hashes nobody can foresee."""
    if isinstance(value, Mapping):
        return "{", frozenset((str(k), identity(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return "[", tuple(identity(item) for item in value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "0", spelled(value)
    return kind(value), str(value)


def spelled(value: int | float | Decimal) -> str:
    """Write a number so that 1, 1.0 and Decimal("1.00") read the same."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        value = ROUNDING.normalize(value)
        return f"{value:f}" if abs(value.adjusted()) < DIGITS else str(value)
    return str(int(value)) if value.is_integer() else repr(value)


def unique(values: Any, attribute: Any = None) -> list[Any]:
    """Keep the first of equal items, or of rows with an equal attribute."""
    known, kept = items(values), dict[Any, Any]()
    for item, mark in zip(known, column_or_items(known, attribute), strict=True):
        kept.setdefault(identity(mark), item)
    return list(kept.values())


def of(item: Any, attribute: Any) -> Any:
    return item if attribute is None else walk(item, keys_of(attribute))


def column(values: Any, attribute: Any) -> list[Any]:
    """Return one attribute of every row."""
    keys = keys_of(attribute)
    return [walk(item, keys) for item in items(values)]


def column_or_items(values: Any, attribute: Any) -> Sequence[Any]:
    return items(values) if attribute is None else column(values, attribute)


def sort(values: Any, attribute: Any = None, reverse: Any = None) -> list[Any]:
    known = items(values)
    marks = column_or_items(known, attribute)
    try:
        order = sorted(range(len(known)), key=marks.__getitem__, reverse=bool(reverse))
    except TypeError:
        kinds = ", ".join(sorted({kind(mark) for mark in marks}))
        raise Unfit(values, f"a list that sorts (here are {kinds})") from None
    return [known[index] for index in order]


def backwards(values: Any) -> Any:
    return values[::-1] if isinstance(values, str) else [*items(values)][::-1]


def total_of(values: Any, attribute: Any = None) -> Number:
    return total(column_or_items(values, attribute))


def smallest_of(values: Any, attribute: Any = None) -> Any:
    return smallest(column_or_items(values, attribute))


def largest_of(values: Any, attribute: Any = None) -> Any:
    return largest(column_or_items(values, attribute))


def join_of(values: Any, separator: Any = "", attribute: Any = None) -> str:
    return join(column_or_items(values, attribute), separator)


def keys(value: Any) -> list[Any]:
    return list(mapping(value))


def values_of(value: Any) -> list[Any]:
    return list(mapping(value).values())


def pairs(value: Any) -> list[Any]:
    return [list(pair) for pair in mapping(value).items()]


def mapping(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    raise Unfit(value, "an object")
