"""The operators: Decimals stay Decimals, and nothing grows beyond the caps."""

import operator
from collections.abc import Callable
from datetime import date, timedelta
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any, TypeAlias

from workflows.expressions.faults import Invalid, Mismatch, Unfit
from workflows.expressions.limits import (
    MAX_BITS,
    MAX_EXPONENT,
    MAX_ITEMS,
    MAX_TEXT,
    Meter,
    fit,
    weight,
)
from workflows.expressions.wording import show

Number: TypeAlias = int | float | Decimal
Operator = Callable[[Any, Any], Any]

#: As Python's own, but with bounded exponents.
DECIMALS = Context(
    prec=28,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
PLAIN = frozenset({int, float, bool})
TIMED = (date, timedelta, int, float)
WITH_DECIMALS: dict[str, Operator] = {
    "+": DECIMALS.add,
    "-": DECIMALS.subtract,
    "*": DECIMALS.multiply,
    "/": DECIMALS.divide,
    "//": DECIMALS.divide_int,
    "%": DECIMALS.remainder,
    "**": DECIMALS.power,
}


def decimal(value: Number) -> Decimal:
    """Return the Decimal that a person reads in the number: 0.1 is 0.1."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return Decimal(value)


def has_decimal(left: object, right: object) -> bool:
    """Say whether two numbers are to be calculated as Decimals."""
    return (
        (isinstance(left, Decimal) or isinstance(right, Decimal))
        and isinstance(left, Number)
        and isinstance(right, Number)
    )


def arithmetic(
    symbol: str, plain: Operator, *others: type[str] | type[list[Any]]
) -> Operator:
    """Return an operator for numbers, for dates, and for pairs of `others`."""
    exact = WITH_DECIMALS[symbol]

    def operate(left: Any, right: Any) -> Any:
        if type(left) in PLAIN and type(right) in PLAIN:
            return plain(left, right)
        if has_decimal(left, right):
            return exact(decimal(left), decimal(right))
        if isinstance(left, TIMED) and isinstance(right, TIMED):
            return moments(symbol, plain, left, right)
        for other in others:
            if isinstance(left, other) and isinstance(right, other):
                fit(len(left) + len(right), longest(left), "The result is too long")
                return plain(left, right)
        raise Mismatch(symbol, left, right)

    return operate


def moments(symbol: str, plain: Operator, left: Any, right: Any) -> Any:
    try:
        return plain(left, right)
    except TypeError:
        raise Mismatch(symbol, left, right) from None


def longest(value: str | list[Any]) -> int:
    return MAX_TEXT if isinstance(value, str) else MAX_ITEMS


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers, or repeat a text or list."""
    if isinstance(right, str | list):
        left, right = right, left
    if isinstance(left, str | list) and isinstance(right, int):
        length = len(left) if isinstance(left, str) else weight(left, MAX_ITEMS)
        fit(length * max(right, 0), longest(left), "The result is too long")
        return left * right
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        fit(bits, MAX_BITS, "The whole number has too many bits")
    return product(left, right)


product = arithmetic("*", operator.mul)


def power(left: Any, right: Any) -> Any:
    """Raise a number to a power whose result stays small and real."""
    if not (isinstance(left, Number) and isinstance(right, Number)):
        raise Mismatch("**", left, right)
    if has_decimal(left, right):
        return DECIMALS.power(decimal(left), decimal(right))
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * abs(right)
        fit(bits, MAX_BITS, "The whole number has too many bits")
    result = left**right
    if isinstance(result, complex):
        raise Invalid(left, f"has no real power {show(right)}")
    return result


OPERATORS: dict[str, Operator] = {
    "+": arithmetic("+", operator.add, str, list),
    "-": arithmetic("-", operator.sub),
    "*": multiply,
    "/": arithmetic("/", operator.truediv),
    "//": arithmetic("//", operator.floordiv),
    "%": arithmetic("%", operator.mod),
    "**": power,
}


def negative(_meter: Meter, value: Any) -> Any:
    if isinstance(value, Decimal):
        return DECIMALS.minus(value)
    return -signed("-", value)


def positive(_meter: Meter, value: Any) -> Any:
    return signed("+", value)


def signed(symbol: str, value: Any) -> Any:
    if not isinstance(value, Number | timedelta):
        raise Unfit(value, f"a number after '{symbol}'")
    return value
