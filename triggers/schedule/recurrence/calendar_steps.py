"""Calendar rules on the wall clock: computed from the start, never from a run."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from triggers.schedule.recurrence.rules import (
    LAST_NTH,
    Calendar,
    Daily,
    DayOfMonth,
    LastDay,
    MonthDay,
    Monthly,
    NthWeekday,
    Weekly,
    Yearly,
)

WEEK = 7
YEAR = 12
LAST_YEAR = 9999


def next_wall(rule: Calendar, start: datetime, wall: datetime) -> datetime | None:
    """Return the rule's first wall time strictly after `wall`, if there is one.

    `start` is the wall time that the schedule starts at; `wall` is never earlier
    than one second before it. Both are naive.
    """
    match rule:
        case Daily():
            return _next_day(start, wall, rule.every)
        case Weekly():
            if not rule.weekdays:
                return _next_day(start, wall, WEEK * rule.every)
            return _next_weekday(rule, start, wall)
        case Monthly():
            on = rule.on or DayOfMonth(start.day)
            return _next_month(on, start, wall, rule.every)
        case Yearly():
            return _next_month(DayOfMonth(start.day), start, wall, YEAR * rule.every)
        case _ as never:
            assert_never(never)


def _next_day(start: datetime, wall: datetime, every: int) -> datetime:
    step = timedelta(days=every)
    return start + max((wall - start) // step + 1, 0) * step


def _next_weekday(rule: Weekly, start: datetime, wall: datetime) -> datetime:
    monday = start - timedelta(days=start.weekday())
    past = max((wall - monday).days // WEEK // rule.every, 0)
    return next(
        run
        for turn in (past, past + 1)
        for weekday in rule.weekdays
        if (run := monday + timedelta(days=WEEK * turn * rule.every + weekday)) > wall
    )


def _next_month(
    on: MonthDay, start: datetime, wall: datetime, every: int
) -> datetime | None:
    runs = (
        start.replace(year=year, month=month, day=day)
        for year, month in _months(start, wall, every)
        if (day := day_in_month(on, year, month))
    )
    return next((run for run in runs if run > wall), None)


def _months(start: datetime, wall: datetime, every: int) -> Iterator[tuple[int, int]]:
    """Count the months that matter, from the last one not after `wall`."""
    first = start.year * YEAR + start.month - 1
    passed = max(wall.year * YEAR + wall.month - 1 - first, 0) // every
    for index in range(first + passed * every, (LAST_YEAR + 1) * YEAR, every):
        yield index // YEAR, index % YEAR + 1


def day_in_month(on: MonthDay, year: int, month: int) -> int | None:
    """Return the day of a month that is meant, nothing if it lacks the nth weekday."""
    weekday_of_first, length = monthrange(year, month)
    match on:
        case DayOfMonth(day):
            return min(day, length)
        case LastDay():
            return length
        case NthWeekday(nth, weekday):
            first = (weekday - weekday_of_first) % WEEK + 1
            if nth == LAST_NTH:
                return first + (length - first) // WEEK * WEEK
            day = first + (nth - 1) * WEEK
            return day if day <= length else None
        case _ as never:
            assert_never(never)
