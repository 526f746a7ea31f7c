"""Functions of numbers. A Decimal stays a Decimal."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from functools import reduce
from typing import Any

from workflows.expressions.coercion import flat, number, text, whole
from workflows.expressions.comparisons import compare
from workflows.expressions.faults import Empty, Exceeded, Fault, Invalid, Unfit
from workflows.expressions.limits import MAX_EXPONENT, Meter, finite
from workflows.expressions.operators import OPERATORS, Number, decimal

MAX_DIGITS = 100  #: to round to, before or after the point
MAX_LITERAL = 1_000  #: characters of a number in a text
ROUNDING = Context(prec=2 * MAX_EXPONENT, Emax=MAX_EXPONENT, Emin=-MAX_EXPONENT)


def exact_number(value: Any) -> Number:
    checked = number(value)
    if isinstance(checked, float | Decimal) and not finite(checked):
        raise Unfit(value, "a finite number")
    if isinstance(checked, Decimal) and abs(checked.adjusted()) > MAX_EXPONENT:
        raise Exceeded(MAX_EXPONENT, "The number has too large an exponent")
    return checked


def quantized(value: Any, digits: Any, rounding: str) -> Number:
    """Round in tens, as on paper; the kind of number stays."""
    exact, places = exact_number(value), whole(digits)
    if abs(places) > MAX_DIGITS:
        raise Exceeded(MAX_DIGITS, "There are too many digits to round to")
    if isinstance(exact, int) and places >= 0:
        return exact
    step = Decimal(1).scaleb(-places)
    lot = decimal(exact).scaleb(places, ROUNDING)
    rounded = lot.to_integral_value(rounding, ROUNDING).scaleb(-places, ROUNDING)
    if isinstance(exact, Decimal):
        return rounded.quantize(step, context=ROUNDING) if places >= 0 else rounded
    return int(rounded) if isinstance(exact, int) else float(rounded)


def rounder(rounding: str) -> Callable[..., Number]:
    def rounded(value: Any, digits: Any = None) -> Number:
        result = quantized(value, digits or 0, rounding)
        return int(result) if digits is None and isinstance(result, float) else result

    return rounded


half_up = rounder(ROUND_HALF_UP)
up = rounder(ROUND_UP)
down = rounder(ROUND_DOWN)


def total(*values: Any) -> Number:
    known = [number(value) for value in flat(values)]
    if any(isinstance(value, Decimal) for value in known):
        return reduce(OPERATORS["+"], known, Decimal(0))
    if any(isinstance(value, float) for value in known):
        return math.fsum(known)
    result: Number = sum(known)
    return result


def average(*values: Any) -> Number:
    known = flat(values)
    if not known:
        raise Empty("average")
    result: Number = OPERATORS["/"](total(known), len(known))
    return result


def extreme(name: str) -> Callable[..., Any]:
    """Return MIN ("lt") or MAX ("gt"), for all that compares."""

    def chosen(*values: Any) -> Any:
        known = flat(values)
        if not known:
            raise Empty("extreme")
        if any(isinstance(value, list | tuple | Mapping) for value in known):
            raise Unfit(known, "a number, text or date")
        return reduce(lambda a, b: b if compare(Meter({}), name, b, a) else a, known)

    return chosen


smallest = extreme("lt")
largest = extreme("gt")


def count(*values: Any) -> int:
    return len(flat(values))


def absolute(value: Any) -> Number:
    exact = exact_number(value)
    return -exact if exact < 0 else exact


def modulo(value: Any, divisor: Any) -> Number:
    """Return what division leaves, with the sign of the divisor, as in Excel."""
    left, right = exact_number(value), exact_number(divisor)
    rest: Number = OPERATORS["%"](left, right)
    if rest and (rest < 0) != (right < 0):
        rest = OPERATORS["+"](rest, right)
    return rest


def integer(value: Any) -> int:
    """Return the next whole number below, as in Excel."""
    exact = exact_number(value)
    return exact if isinstance(exact, int) else math.floor(exact)


def parsed(value: Any) -> Number:
    """Read a number from a text: whole ones as int, others as Decimal."""
    if isinstance(value, int | float | Decimal):
        return value
    literal = text(value).strip()
    if len(literal) > MAX_LITERAL:
        raise Exceeded(MAX_LITERAL, "The number is too long")
    try:
        if literal.lstrip("+-").isdecimal():
            return int(literal)
        result = Decimal(literal)
    except (ArithmeticError, ValueError):
        raise Invalid(value, "is not a number") from None
    return exact_number(result)


def to_int(value: Any, default: Any = None) -> Any:
    """Return the whole part of a number or text; `default` where there is none."""
    return attempt(lambda: truncated(parsed(value)), default)


def truncated(value: Number) -> int:
    return int(exact_number(value))


def to_float(value: Any, default: Any = None) -> Any:
    return attempt(lambda: float(parsed(value)), default)


def attempt(read: Callable[[], Any], default: Any) -> Any:
    try:
        return read()
    except (Fault, ArithmeticError, ValueError):
        if default is None:
            raise
        return default
