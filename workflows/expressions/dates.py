"""Functions of dates and times.

Seconds, minutes and hours are elapsed time; days and longer are steps on the wall
clock. A 31st that a month lacks falls on its last day.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflows.expressions.coercion import clock, day, moment, whole
from workflows.expressions.faults import Exceeded, Invalid
from workflows.expressions.wording import nearest

ELAPSED = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SUNDAY_FIRST, MONDAY_FIRST = 1, 2
UNITS = (*ELAPSED, *DAYS, *MONTHS)


def unit_of(name: Any) -> str:
    """Return a unit in the singular."""
    unit = name.lower().removesuffix("s") if isinstance(name, str) else ""
    if unit not in UNITS:
        known = f"is no unit; {', '.join(UNITS)} are"
        close = nearest(unit, UNITS)
        raise Invalid(name, f"{known}.{close}" if close else known)
    return unit


def make_date(value: Any, month: Any = None, day_: Any = None) -> date:
    """Return a date from year, month, day, or the date of a moment or ISO text."""
    if month is not None:
        return date(whole(value), whole(month), whole(1 if day_ is None else day_))
    known = day(value)
    return known.date() if isinstance(known, datetime) else known


def make_time(value: Any, minute: Any = None, second: Any = 0) -> time:
    if minute is None:
        return clock(value)
    return time(whole(value), whole(minute), whole(second))


def make_datetime(
    value: Any, second_part: Any = None, day_: Any = None, *clock_: Any
) -> datetime:
    """Return a moment from its parts, from a date and a time, or from ISO text."""
    if second_part is None:
        return moment(value)
    if day_ is None:
        return datetime.combine(make_date(value), clock(second_part))
    hour_, minute_, second_, *_ = (*map(whole, clock_), 0, 0, 0)
    return datetime.combine(
        make_date(value, second_part, day_), time(hour_, minute_, second_)
    )


def today(now: Any) -> date:
    return moment(now).date()


def now_(now: Any) -> datetime:
    return moment(now)


def part(name: str) -> Callable[[Any], int]:
    def of_moment(value: Any) -> int:
        owner = value if isinstance(value, time) else moment(value)
        return int(getattr(owner, name))

    return of_moment


def of_time(name: str) -> Callable[[Any], int]:
    def of_clock(value: Any) -> int:
        return int(getattr(clock(value), name))

    return of_clock


year, month, day_of_month = part("year"), part("month"), part("day")
hour, minute, second = of_time("hour"), of_time("minute"), of_time("second")


def weekday(value: Any, first: Any = MONDAY_FIRST) -> int:
    """Return 1 to 7 from Monday; with `first` = 1 from Sunday, as Excel counts."""
    if first not in (SUNDAY_FIRST, MONDAY_FIRST):
        raise Invalid(first, "is neither 1 (Sunday first) nor 2 (Monday first)")
    iso = day(value).isoweekday()
    return iso if first == MONDAY_FIRST else iso % 7 + 1


def add(value: Any, count: Any, unit: Any) -> date:
    known, name, amount = day(value), unit_of(unit), whole(count)
    if name in MONTHS:
        return add_months(known, amount * MONTHS[name])
    if name in DAYS:
        return known + timedelta(days=amount * DAYS[name])
    start = moment(known)
    if start.tzinfo is None:
        return start + amount * ELAPSED[name]
    return (start.astimezone(UTC) + amount * ELAPSED[name]).astimezone(start.tzinfo)


def add_months(value: date, count: int) -> date:
    index = value.year * 12 + value.month - 1 + count
    year_, month_ = divmod(index, 12)
    if not date.min.year <= year_ <= date.max.year:
        raise Exceeded(date.max.year, "The year is out of range")
    last = calendar.monthrange(year_, month_ + 1)[1]
    return value.replace(year=year_, month=month_ + 1, day=min(value.day, last))


def difference(start: Any, end: Any, unit: Any = "days") -> int:
    """Return the whole units from `start` to `end`; negative if it lies before."""
    first, last = paired(moment(start), moment(end))
    name = unit_of(unit)
    if name in ELAPSED:
        if first.tzinfo is not None:
            first, last = first.astimezone(UTC), last.astimezone(UTC)
        return signed_quotient(last - first, ELAPSED[name])
    first, last = walls(first, last)
    if name in DAYS:
        return signed_quotient(last - first, timedelta(days=DAYS[name]))
    count = months_between(first, last)
    return int(count / MONTHS[name])


def paired(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Read a moment without a zone in the zone of the other."""
    if first.tzinfo is None:
        first = first.replace(tzinfo=last.tzinfo)
    return first, last.replace(tzinfo=first.tzinfo) if last.tzinfo is None else last


def walls(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Return both on the wall clock of the first."""
    if first.tzinfo is not None:
        last = last.astimezone(first.tzinfo)
    return first.replace(tzinfo=None), last.replace(tzinfo=None)


def signed_quotient(span: timedelta, step: timedelta) -> int:
    whole_steps = abs(span) // step
    return whole_steps if span >= timedelta() else -whole_steps


def months_between(first: datetime, last: datetime) -> int:
    if last < first:
        return -months_between(last, first)
    count = (last.year - first.year) * 12 + last.month - first.month
    reached = add_months(first, count)
    return count if moment(reached) <= last else count - 1


def months_later(value: Any, count: Any) -> date:
    return add_months(day(value), whole(count))


def month_end(value: Any, count: Any = 0) -> date:
    """Return the date of the last day of the month, `count` months later."""
    first = make_date(value).replace(day=1)
    shifted = add_months(first, whole(count))
    return shifted.replace(day=calendar.monthrange(shifted.year, shifted.month)[1])


def in_zone(value: Any, zone: Any) -> datetime:
    """Return the same moment on the clock of another time zone."""
    known = moment(value)
    if known.tzinfo is None:
        raise Invalid(known, "has no time zone to convert from")
    try:
        return known.astimezone(ZoneInfo(zone if isinstance(zone, str) else ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(zone, "is no time zone") from None
