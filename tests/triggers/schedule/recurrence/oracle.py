"""What should run, found by walking the wall clock; shares nothing with the code.

It walks moments one by one, looks at what the clock of the zone shows, and notices
by itself when the clock jumps ahead or shows a time again.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from triggers.schedule.recurrence import (
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

BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
NAMES = {
    name: str(number)
    for names in (
        "sun mon tue wed thu fri sat",
        "- jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split())
}


@lru_cache(maxsize=64)
def walk(start: datetime, end: datetime, step: timedelta, zone: ZoneInfo):
    """Return (moment, wall, skipped walls, shown before) from start to end."""
    moment, highest, walked = start - timedelta(days=2), datetime(1, 1, 1), []  # noqa: DTZ001
    previous = moment.astimezone(zone).replace(tzinfo=None) - step
    while moment <= end:
        wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        missing = (wall - previous) // step - 1
        skipped = [previous + step * n for n in range(1, missing + 1)]
        if moment > start:
            walked.append((moment, wall, skipped, wall <= highest))
        previous, highest, moment = wall, max(highest, wall), moment + step
    return walked


def expected(
    matches: Callable[[datetime], bool], walked, *, both_hours=False, make_up=True
) -> list[datetime]:
    found = []
    for moment, wall, skipped, again in walked:
        due = matches(wall) and (both_hours or not again)
        if due or (make_up and any(matches(missed) for missed in skipped)):
            found.append(moment)
    return found


def expected_cron(expression: str, walked) -> list[datetime]:
    fields = expression.lower().split()
    both = any(field.startswith("*") for field in fields[:-3])
    every_hour = len(values(2, fields[-4])) == 24
    return expected(
        cron_matcher(expression),
        walked,
        both_hours=both,
        make_up=not (both and every_hour),
    )


def cron_matcher(expression: str) -> Callable[[datetime], bool]:
    fields = expression.lower().split()
    fields = fields if len(fields) == 6 else ["0", *fields]
    seconds, minutes, hours = (values(n, fields[n]) for n in range(3))
    months = values(4, fields[4])

    @lru_cache(maxsize=4096)
    def day(year: int, month: int, day_of_month: int) -> bool:
        date = datetime(year, month, day_of_month)  # noqa: DTZ001
        return month in months and date_fits(fields[3], fields[5], date)

    def matches(wall: datetime) -> bool:
        return (
            wall.minute in minutes
            and wall.hour in hours
            and wall.second in seconds
            and day(wall.year, wall.month, wall.day)
        )

    return matches


def date_fits(days: str, weekdays: str, date: datetime) -> bool:
    of_month = any(day_fits(item, date) for item in days.split(","))
    of_week = any(weekday_fits(item, date) for item in weekdays.split(","))
    if days[0] in "*?" or weekdays[0] in "*?":
        return of_month and of_week
    return of_month or of_week


def day_fits(item: str, date: datetime) -> bool:
    if item == "l":
        return date.day == monthrange(date.year, date.month)[1]
    return date.day in values(3, item)


def weekday_fits(item: str, date: datetime) -> bool:
    weekday = date.isoweekday() % 7
    if "#" in item:
        asked, nth = item.split("#")
        return weekday in values(5, asked) and (date.day - 1) // 7 + 1 == int(nth)
    if "l" in item and item not in NAMES:
        length = monthrange(date.year, date.month)[1]
        return weekday in values(5, item.strip("l")) and date.day + 7 > length
    return weekday in values(5, item)


def values(place: int, text: str) -> set[int]:
    low, high = BOUNDS[place]
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, dash, last = (NAMES.get(part, part) for part in span.partition("-"))
        if first in {"*", "?"}:
            start, stop = low, high
        else:
            start = int(first)
            stop = int(last) if dash else (high if step else start)
        if stop < start and dash:
            stop += high - low + 1
        found |= {
            (value - low) % (high - low + 1) + low
            for value in range(start, max(stop, start) + 1, int(step or 1))
        }
    return found


def calendar_matcher(rule: Calendar, start: datetime) -> Callable[[datetime], bool]:
    """Say whether a rule that starts at a wall time runs at a wall time."""
    return lambda wall: (
        wall.time() == start.time()
        and wall >= start
        and calendar_date_fits(rule, start, wall)
    )


def calendar_date_fits(rule: Calendar, start: datetime, wall: datetime) -> bool:
    days = (wall.date() - start.date()).days
    months = (wall.year - start.year) * 12 + wall.month - start.month
    match rule:
        case Daily(every):
            return days % every == 0
        case Weekly(every, weekdays):
            weeks = (days + start.weekday() - wall.weekday()) // 7
            chosen = weekdays or (start.weekday(),)
            return weeks % every == 0 and wall.weekday() in chosen
        case Monthly(every, on):
            return months % every == 0 and month_day_fits(
                on or DayOfMonth(start.day), wall
            )
        case Yearly(every):
            return months % (12 * every) == 0 and month_day_fits(
                DayOfMonth(start.day), wall
            )


def month_day_fits(on: MonthDay, wall: datetime) -> bool:
    length = monthrange(wall.year, wall.month)[1]
    match on:
        case LastDay():
            return wall.day == length
        case DayOfMonth(day):
            return wall.day == day or (wall.day == length and day > length)
        case NthWeekday(-1, weekday):
            return wall.weekday() == weekday and wall.day + 7 > length
        case NthWeekday(nth, weekday):
            return wall.weekday() == weekday and (wall.day + 6) // 7 == nth


def clock_changes(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """Return the days on which the zone's offset changes."""
    day, found = datetime(first, 1, 1, tzinfo=UTC), []
    while day.year <= last:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            found.append(day)
        day = following
    return found
