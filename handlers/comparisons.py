"""Two values compared: numbers as numbers, moments as moments, texts as texts."""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from workflows.exceptions import WorkflowError
from workflows.rules import Rule


class NotComparable(WorkflowError):
    """Two values of kinds that have no order."""

    def __init__(self, left: object, op: str, right: object) -> None:
        super().__init__(
            f"{_shown(left)} and {_shown(right)} cannot be compared with '{op}'. "
            "Both must be numbers, dates or texts."
        )


def holds(rule: Rule) -> bool:
    """Tell whether a rule `{"left", "op", "value"}` is true.

    A text that reads as a number or a date is compared as such with a number or a
    date. Nothing is less than, greater than or part of nothing.
    """
    return _TESTS[rule["op"]](rule.get("left"), rule.get("value"))


def _same(left: Any, right: Any) -> bool:
    left, right = _alike(left, right)
    return bool(left == right)


def _ordered(op: str, compare: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    def test(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        first, second = _alike(left, right)
        try:
            return bool(compare(first, second))
        except TypeError:
            raise NotComparable(left, op, right) from None

    return test


_at_least, _at_most = _ordered("gte", operator.ge), _ordered("lte", operator.le)


def _between(left: Any, right: Any) -> bool:
    if not isinstance(right, list | tuple) or len(right) != 2:  # noqa: PLR2004 - from and to
        raise NotComparable(left, "between", right)
    return _at_least(left, right[0]) and _at_most(left, right[1])


def _is_one_of(left: Any, right: Any) -> bool:
    if not isinstance(right, list | tuple):
        raise NotComparable(left, "in", right)
    return any(_same(left, each) for each in right)


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, list | tuple):
        return any(_same(each, right) for each in left)
    return str(right) in _text(left)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _is_empty(left: Any, _right: Any) -> bool:
    return left is None or left in ("", [], {})


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": _same,
    "ne": lambda left, right: not _same(left, right),
    "lt": _ordered("lt", operator.lt),
    "lte": _at_most,
    "gt": _ordered("gt", operator.gt),
    "gte": _at_least,
    "between": _between,
    "in": _is_one_of,
    "not_in": lambda left, right: not _is_one_of(left, right),
    "contains": _contains,
    "icontains": lambda left, right: _contains(_text(left).lower(), str(right).lower()),
    "starts_with": lambda left, right: _text(left).startswith(str(right)),
    "ends_with": lambda left, right: _text(left).endswith(str(right)),
    "is_empty": _is_empty,
    "is_not_empty": lambda left, right: not _is_empty(left, right),
}


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Read a text as what it is compared with, if it can be read so."""
    for read in (_number, _moment):
        for first, second in ((left, right), (right, left)):
            if isinstance(first, str):
                continue
            known = read(first)
            other = read(second) if known is not None else None
            if known is not None and other is not None:
                return (known, other) if first is left else (other, known)
    return left, right


def _number(value: object) -> int | float | Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, int | Decimal):
        return value
    try:
        number = Decimal(value.strip()) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _moment(value: object) -> datetime | None:
    """Read a moment; a day begins at midnight, on the clock of the project."""
    if isinstance(value, str):
        try:
            value = parse_datetime(value.strip()) or parse_date(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        return None
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _shown(value: object) -> str:
    return f"'{str(value)[:50]}' ({type(value).__name__})"
