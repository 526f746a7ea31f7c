"""The fields of a cron expression: read, checked, and written in one plain way."""

import re
from dataclasses import dataclass, field as attribute

from triggers.schedule.recurrence.errors import InvalidRule

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
WEEKDAYS = "sun mon tue wed thu fri sat"
LAST = "l"
SUNDAY_AS_7 = 7
MOST_WEEKDAYS = 5
LONGEST_NUMBER = 4

ITEM = re.compile(r"(\w+|\*)(?:-(\w+))?(?:/(\d{1,4}))?", re.ASCII)
NTH = re.compile(r"(\w+)#(\d)", re.ASCII)
LAST_WEEKDAY = re.compile(r"(?:l([0-7])|([0-7]|[a-z]{3})l)", re.ASCII)
NEAREST = re.compile(r"(?:(\d{1,2})w|w(\d{1,2}))", re.ASCII)
RANDOM = re.compile(r"(?<![a-z])[rh](?![a-z])")


@dataclass(frozen=True)
class CronField:
    """One place of the expression: its name and its values."""

    name: str
    low: int
    high: int
    names: dict[str, int] = attribute(default_factory=dict)

    @property
    def size(self) -> int:
        return self.high - self.low + 1


SECOND = CronField("second", 0, 59)
MINUTE = CronField("minute", 0, 59)
HOUR = CronField("hour", 0, 23)
DAY = CronField("day of month", 1, 31)
MONTH = CronField("month", 1, 12, {name: i for i, name in enumerate(MONTHS.split(), 1)})
WEEKDAY = CronField(
    "day of week", 0, 6, {name: i for i, name in enumerate(WEEKDAYS.split())}
)
FIELDS = (SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY)


def plain(field: CronField, text: str) -> list[str]:
    """Return the items of a field: `*`, `*/n`, numbers, `L`, `15w`, `2#1` and `l5`.

    Names become numbers, ranges become the numbers in them; an equal range is the
    one value, a range may wrap around, `{max}/{step}` is the one value.
    """
    if text == "?":
        if field is DAY or field is WEEKDAY:
            return ["*"]
        raise _refused(field, text)
    items = [one for item in text.split(",") for one in _items(field, item)]
    if len(items) > 1 and any(one.endswith("w") for one in items):
        raise InvalidRule(
            "expression", "'%(item)s' has more than one day; 'W' needs one.", item=text
        )
    return items


def _items(field: CronField, item: str) -> list[str]:
    if special := _special(field, item):
        return [special]
    match = ITEM.fullmatch(item)
    if match is None:
        raise _refused(field, item)
    first, last, step = match.groups()
    every = _step(field, item, step)
    if first == "*":
        if last is not None:
            raise _refused(field, item)
        return [item]
    bounds = _bounds(field, first, last, open_end=bool(step))
    return _numbers(field, bounds, every)


def _special(field: CronField, item: str) -> str:
    """Return an item that is no number in its plain form, nothing if it is one."""
    if field is DAY:
        return _special_day(item)
    return _special_weekday(item) if field is WEEKDAY else ""


def _special_day(item: str) -> str:
    if item == LAST:
        return LAST
    if match := NEAREST.fullmatch(item):
        return f"{_number(DAY, match[1] or match[2])}w"
    return ""


def _special_weekday(item: str) -> str:
    if match := NTH.fullmatch(item):
        if not 1 <= int(match[2]) <= MOST_WEEKDAYS:
            raise InvalidRule(
                "expression",
                "'%(item)s' asks for a weekday that no month has; use #1 to #5.",
                item=item,
            )
        return f"{_number(WEEKDAY, match[1]) % 7}#{match[2]}"
    if match := LAST_WEEKDAY.fullmatch(item):
        return f"l{_number(WEEKDAY, match[1] or match[2]) % 7}"
    return ""


def _step(field: CronField, item: str, step: str | None) -> int:
    every = 1 if step is None else int(step)
    if not 1 <= every <= field.size:
        raise InvalidRule(
            "expression",
            "The step in '%(item)s' must be from 1 to %(most)s; "
            "for longer steps use an interval.",
            item=item,
            most=field.size,
        )
    return every


def _bounds(
    field: CronField, first: str, last: str | None, *, open_end: bool
) -> tuple[int, int]:
    low = _number(field, first)
    if last is None:
        return low, field.high if open_end and low < field.high else low
    high = field.high if field is DAY and last == LAST else _number(field, last)
    return low, high


def _numbers(field: CronField, bounds: tuple[int, int], every: int) -> list[str]:
    low, high = bounds
    if field is WEEKDAY and low == SUNDAY_AS_7:
        low, high = 0, high % 7
    values = range(low, (high if high >= low else high + field.size) + 1, every)
    first = field.low
    return [str((value - first) % field.size + first) for value in values]


def _number(field: CronField, text: str) -> int:
    high = SUNDAY_AS_7 if field is WEEKDAY else field.high
    is_number = text.isdigit() and len(text) <= LONGEST_NUMBER
    value = int(text) if is_number else field.names.get(text)
    if value is None:
        raise _refused(field, text)
    if not field.low <= value <= high:
        raise InvalidRule(
            "expression",
            "The %(name)s '%(item)s' must be from %(low)s to %(high)s.",
            name=field.name,
            item=text,
            low=field.low,
            high=high,
        )
    return value


def _refused(field: CronField, item: str) -> InvalidRule:
    return InvalidRule(
        "expression",
        "'%(item)s' is no %(name)s; use numbers, lists, ranges and steps "
        "such as '5', '1,2', '1-5' or '*/10'.",
        item=item[:40],
        name=field.name,
    )
