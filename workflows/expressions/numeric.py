"""Functions of numbers. A Decimal stays a Decimal."""

import math
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from functools import reduce
from typing import Any

from workflows.expressions.coercion import flat, number, text, whole
from workflows.expressions.errors import Forbidden
from workflows.expressions.limits import MAX_EXPONENT
from workflows.expressions.operators import OPERATORS, Number, compare, decimal
from workflows.expressions.values import show

MAX_DIGITS = 100  #: to round to, before or after the point
MAX_LITERAL = 1_000  #: characters of a number in a text
ROUNDING = Context(prec=2 * MAX_EXPONENT, Emax=MAX_EXPONENT, Emin=-MAX_EXPONENT)


def finite(value: Any) -> Number:
    checked = number(value)
    if isinstance(checked, float | Decimal) and not math.isfinite(checked):
        raise ValueError(f"A finite number is needed, not {checked}.")
    if isinstance(checked, Decimal) and abs(checked.adjusted()) > MAX_EXPONENT:
        raise Forbidden("The number is too large or too small.")
    return checked


def quantized(value: Any, digits: Any, rounding: str) -> Number:
    """Round in tens, as on paper; the kind of number stays."""
    exact, places = finite(value), whole(digits)
    if abs(places) > MAX_DIGITS:
        raise Forbidden(f"At most {MAX_DIGITS} digits can be rounded to.")
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
    return sum(known)


def average(*values: Any) -> Number:
    known = flat(values)
    if not known:
        raise ValueError("There is no average of nothing.")
    result: Number = OPERATORS["/"](total(known), len(known))
    return result


def extreme(name: str) -> Callable[..., Any]:
    """Return MIN ("lt") or MAX ("gt"), for all that compares."""

    def chosen(*values: Any) -> Any:
        known = flat(values)
        if not known:
            raise ValueError("There is no smallest or largest of nothing.")
        return reduce(lambda a, b: b if compare(None, name, b, a) else a, known)

    return chosen


smallest = extreme("lt")
largest = extreme("gt")


def count(*values: Any) -> int:
    return len(flat(values))


def absolute(value: Any) -> Number:
    return abs(finite(value))


def modulo(value: Any, divisor: Any) -> Number:
    """Return what division leaves, with the sign of the divisor, as in Excel."""
    left, right = finite(value), finite(divisor)
    rest: Number = OPERATORS["%"](left, right)
    if rest and (rest < 0) != (right < 0):
        rest = OPERATORS["+"](rest, right)
    return rest


def integer(value: Any) -> int:
    """Return the next whole number below, as in Excel."""
    exact = finite(value)
    return exact if isinstance(exact, int) else int(math.floor(exact))


def parsed(value: Any) -> Number:
    """Read a number from a text: whole ones as int, others as Decimal."""
    if isinstance(value, int | float | Decimal):
        return value
    literal = text(value).strip()
    if len(literal) > MAX_LITERAL:
        raise Forbidden(f"A number has at most {MAX_LITERAL} characters.")
    if literal.lstrip("+-").isdecimal():
        return int(literal)
    try:
        result = Decimal(literal)
    except ArithmeticError:
        raise ValueError(f"{show(value)} is not a number.") from None
    return finite(result)


def to_int(value: Any, default: Any = None) -> Any:
    """Return the whole part of a number or text; `default` where there is none."""
    return attempt(lambda: truncated(parsed(value)), default)


def truncated(value: Number) -> int:
    return int(finite(value))


def to_float(value: Any, default: Any = None) -> Any:
    return attempt(lambda: float(parsed(value)), default)


def attempt(read: Callable[[], Any], default: Any) -> Any:
    try:
        return read()
    except (TypeError, ValueError):
        if default is None:
            raise
        return default
