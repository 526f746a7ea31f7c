"""Comparisons, and whether something is in something."""

import operator
from collections.abc import Mapping
from typing import Any

from workflows.expressions.faults import Mismatch
from workflows.expressions.limits import Meter
from workflows.expressions.operators import Operator, decimal, has_decimal

COMPARISONS: dict[str, tuple[str, Operator]] = {
    "eq": ("==", operator.eq),
    "ne": ("!=", operator.ne),
    "lt": ("<", operator.lt),
    "lteq": ("<=", operator.le),
    "gt": (">", operator.gt),
    "gteq": (">=", operator.ge),
}


def compare(meter: Meter, name: str, left: Any, right: Any) -> bool:
    """Compare two values; a Decimal equals the float that reads the same."""
    if isinstance(left, list | tuple | Mapping):
        meter.take_whole((left, right))
    if name in ("in", "notin"):
        return contains(meter, left, right) is (name == "in")
    symbol, test = COMPARISONS[name]
    if has_decimal(left, right):
        left, right = decimal(left), decimal(right)
    try:
        return bool(test(left, right))
    except TypeError:
        raise Mismatch(symbol, left, right) from None


def contains(meter: Meter, part: Any, whole: Any) -> bool:
    if not isinstance(whole, str | list | tuple | Mapping):
        raise Mismatch("in", part, whole)
    if isinstance(part, list | tuple | Mapping):
        meter.take_whole((whole,))
    else:
        meter.take((whole,))
    try:
        return part in whole
    except TypeError:
        raise Mismatch("in", part, whole) from None
