"""TEXT: write numbers and dates by a format, as spreadsheets do."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP
from typing import Any

from workflows.expressions.coercion import day, moment, text
from workflows.expressions.errors import Forbidden
from workflows.expressions.numeric import quantized
from workflows.expressions.operators import Number, decimal
from workflows.expressions.values import show

MAX_FORMAT = 100  #: characters of a format
NUMBER = re.compile(
    r"(?P<before>[^#0,.%]*)(?P<whole>[#0,]+)(?P<point>\.0*#*)?(?P<after>.*)"
)
DATE_PARTS = re.compile(
    r"(?P<quoted>\"[^\"]*\")|(?P<part>y{1,4}|m{1,4}|d{1,4}|h{1,2}|s{1,2}|AM/PM)|.",
    re.IGNORECASE | re.DOTALL,
)
DIRECTIVES = re.compile(r"(?:[^%]|%[aAbBdfHIjmMpSUVGuwWyYzZ%])*")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
]


def formatted(value: Any, format_: Any) -> str:
    """Write a number (`#,##0.00`, `0%`) or a date (`yyyy-mm-dd hh:mm`)."""
    pattern = checked(format_)
    if isinstance(value, Number):
        return number_text(value, pattern)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    return date_text(moment(value), pattern)


def checked(format_: Any) -> str:
    pattern = text(format_)
    if len(pattern) > MAX_FORMAT:
        raise Forbidden(f"A format has at most {MAX_FORMAT} characters.")
    return pattern


def number_text(value: Number, pattern: str) -> str:
    parts = NUMBER.fullmatch(pattern)
    if parts is None:
        raise ValueError(f"{show(pattern)} is no format for a number.")
    fraction = (parts["point"] or ".")[1:]
    if "%" in parts["after"]:
        value = decimal(value) * 100
    rounded = decimal(quantized(decimal(value), len(fraction), ROUND_HALF_UP))
    digits = f"{abs(rounded):.{len(fraction)}f}"
    before, _, after = digits.partition(".")
    optional = len(fraction) - len(fraction.rstrip("#"))
    kept = after[: len(after) - optional] + after[len(after) - optional :].rstrip("0")
    sign = "-" if rounded < 0 else ""
    return "".join(
        (
            sign,
            parts["before"],
            grouped(before, parts["whole"]),
            f".{kept}" if kept else "",
            parts["after"],
        )
    )


def grouped(digits: str, pattern: str) -> str:
    """Fill up with zeros and set commas, as the format shows."""
    filled = digits.zfill(pattern.count("0"))
    if "," not in pattern:
        return filled
    head = len(filled) % 3
    groups = [filled[:head], *(filled[i : i + 3] for i in range(head, len(filled), 3))]
    return ",".join(group for group in groups if group)


def date_text(value: datetime, pattern: str) -> str:
    found = list(DATE_PARTS.finditer(pattern))
    names = [(match["part"] or "").lower() for match in found]
    half_day = "am/pm" in names
    written = []
    for index, match in enumerate(found):
        name = names[index]
        if match["quoted"]:
            written.append(match[0][1:-1])
        elif not name:
            written.append(match[0])
        elif name[0] == "m" and is_minute(names, index):
            written.append(str(value.minute).zfill(len(name)))
        else:
            written.append(date_part(value, name, half_day=half_day))
    return "".join(written)


def is_minute(names: list[str], index: int) -> bool:
    """Say whether an m means minutes: it follows hours or comes before seconds."""
    before = next((name for name in reversed(names[:index]) if name), "")
    after = next((name for name in names[index + 1 :] if name), "")
    return len(names[index]) <= 2 and (before[:1] == "h" or after[:1] == "s")


def date_part(value: datetime, name: str, *, half_day: bool) -> str:
    hour = (value.hour - 1) % 12 + 1 if half_day else value.hour
    month, weekday = MONTHS[value.month - 1], WEEKDAYS[value.weekday()]
    match name[0], len(name):
        case "y", length:
            return f"{value.year:04}" if length > 2 else f"{value.year % 100:02}"
        case "m", 4 | 3:
            return month if len(name) == 4 else month[:3]
        case "d", 4 | 3:
            return weekday if len(name) == 4 else weekday[:3]
        case "a", _:
            return "AM" if value.hour < 12 else "PM"
    amount = {"m": value.month, "d": value.day, "h": hour, "s": value.second}[name[0]]
    return str(amount).zfill(len(name))


def strftime(value: Any, format_: Any = "%Y-%m-%d") -> str:
    """Write a date by directives such as %d.%m.%Y; widths are not offered."""
    pattern = checked(format_)
    if not DIRECTIVES.fullmatch(pattern):
        raise Forbidden(f"{show(pattern)} has a directive that is not offered.")
    return (value if isinstance(value, time) else day(value)).strftime(pattern)
