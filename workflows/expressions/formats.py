"""TEXT: write numbers and dates by a format, as spreadsheets do."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP
from typing import Any

from workflows.expressions.coercion import day, moment, text
from workflows.expressions.date_formats import date_text
from workflows.expressions.faults import Exceeded, Invalid
from workflows.expressions.numeric import quantized
from workflows.expressions.operators import DECIMALS, Number, decimal

MAX_FORMAT = 100  #: characters of a format
NUMBER = re.compile(
    r"(?P<before>[^#0,.%]*)(?P<whole>[#0,]+)(?P<point>\.0*#*)?(?P<after>.*)", re.DOTALL
)
DIRECTIVES = re.compile(r"(?:[^%]|%[aAbBdfHIjmMpSUVGuwWyYzZ%])*")


def formatted(value: Any, format_: Any) -> str:
    """Write a number (`#,##0.00`, `0%`) or a date (`yyyy-mm-dd hh:mm`)."""
    pattern = checked(format_)
    if isinstance(value, Number):
        return number_text(value, pattern)
    if isinstance(value, time):
        value = datetime.combine(date.min, value)
    return date_text(moment(value), pattern)


def checked(format_: Any) -> str:
    pattern = text(format_)
    if len(pattern) > MAX_FORMAT:
        raise Exceeded(MAX_FORMAT, "The format is too long")
    return pattern


def number_text(value: Number, pattern: str) -> str:
    parts = NUMBER.fullmatch(pattern)
    if parts is None:
        raise Invalid(pattern, "is no format for a number")
    fraction = (parts["point"] or ".")[1:]
    exact = decimal(value)
    if "%" in parts["after"]:
        exact = DECIMALS.multiply(exact, 100)
    rounded = decimal(quantized(exact, len(fraction), ROUND_HALF_UP))
    whole, _, decimals = f"{abs(rounded):.{len(fraction)}f}".partition(".")
    fixed = len(fraction.rstrip("#"))
    kept = decimals[:fixed] + decimals[fixed:].rstrip("0")
    sign, point = "-" * (rounded < 0), "." if kept else ""
    number = f"{grouped(whole, parts['whole'])}{point}{kept}"
    return f"{sign}{parts['before']}{number}{parts['after']}"


def grouped(digits: str, pattern: str) -> str:
    """Fill up with zeros and set commas, as the format shows."""
    filled = digits.zfill(pattern.count("0"))
    if "," not in pattern:
        return filled
    head = len(filled) % 3
    groups = [filled[:head], *(filled[i : i + 3] for i in range(head, len(filled), 3))]
    return ",".join(group for group in groups if group)


def strftime(value: Any, format_: Any = "%Y-%m-%d") -> str:
    """Write a date by directives such as %d.%m.%Y; widths are not offered."""
    pattern = checked(format_)
    if not DIRECTIVES.fullmatch(pattern):
        raise Invalid(pattern, "has a directive that is not offered")
    return (value if isinstance(value, time) else day(value)).strftime(pattern)
