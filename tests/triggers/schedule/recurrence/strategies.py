"""Rules, zones and moments for the property tests.

Set HYPOTHESIS_PROFILE=long for many more examples, new ones each time.
"""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import settings, strategies as st

from tests.triggers.schedule.recurrence.oracle import clock_changes
from triggers.schedule.recurrence import (
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    InvalidRule,
    LastDay,
    Monthly,
    NthWeekday,
    Once,
    Recurrence,
    Weekly,
    Yearly,
)

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Kolkata",
        "Pacific/Apia",
        "America/Santiago",
    )
]


def examples(count: int) -> settings:
    return settings(
        max_examples=count * 40 if LONG else count,
        derandomize=not LONG,
        deadline=None,
        database=None,
    )


@cache
def changes(zone: ZoneInfo) -> list[datetime]:
    found = clock_changes(zone, 2024, 2030)
    apia = [datetime(2011, 12, 29, tzinfo=UTC)] if "Apia" in zone.key else []
    return found + apia or [datetime(2026, 1, 1, tzinfo=UTC)]


@st.composite
def day_near_change(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    return draw(st.sampled_from(changes(zone))) - timedelta(days=1)


def any_day() -> st.SearchStrategy[datetime]:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return st.integers(0, 365 * 7).map(lambda days: first + timedelta(days=days))


def days(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    return st.one_of(day_near_change(zone), any_day())


def moments() -> st.SearchStrategy[datetime]:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return st.integers(0, 7 * 365 * 86400).map(lambda s: first + timedelta(seconds=s))


@st.composite
def field(draw, low: int, high: int, wildcard: int = 1) -> str:
    number = st.integers(low, high)
    kind = draw(st.sampled_from(["*"] * wildcard + ["*/", "a", "a,b", "a-b", "a-b/"]))
    a, b = draw(number), draw(number)
    step = draw(st.integers(1, high - low + 1))
    shapes = {"*": "*", "*/": f"*/{step}", "a": f"{a}", "a,b": f"{a},{b}"}
    shapes |= {"a-b": f"{a}-{b}", "a-b/": f"{a}-{b}/{step}"}
    return shapes[kind]


@st.composite
def cron_dates(draw) -> str:
    day = st.one_of(st.just("*"), st.just("L"), st.just("15,L"), field(1, 31))
    month = st.one_of(st.just("*"), st.just("*"), field(1, 12), st.just("MAR-OCT"))
    special = ["1#1", "2#2", "sun#5", "5L", "0,3#2", "mon-fri", "?", "7"]
    weekday = st.one_of(st.just("*"), st.sampled_from(special), field(0, 6))
    return f"{draw(day)} {draw(month)} {draw(weekday)}"


@st.composite
def crons(draw, minutes=None, dates=None) -> str:
    minute = draw(minutes if minutes is not None else field(0, 59))
    hour = draw(st.one_of(st.sampled_from(["0", "1", "2", "1-3"]), field(0, 23, 2)))
    return f"{minute} {hour} {draw(dates if dates is not None else cron_dates())}"


def possible(expression: str) -> bool:
    try:
        Cron(expression)
    except InvalidRule:
        return False
    return True


def months() -> st.SearchStrategy[Monthly]:
    weekday = st.integers(0, 6)
    nth = st.builds(NthWeekday, st.sampled_from([1, 2, 3, 4, 5, -1]), weekday)
    day = st.builds(DayOfMonth, st.integers(1, 31))
    on = st.one_of(st.none(), day, st.just(LastDay()), nth)
    return st.builds(Monthly, st.integers(1, 7), on)


def calendars() -> st.SearchStrategy:
    weekdays = st.lists(st.integers(0, 6), max_size=4)
    return st.one_of(
        st.builds(Daily, st.integers(1, 40)),
        st.builds(Weekly, st.integers(1, 5), weekdays),
        months(),
        st.builds(Yearly, st.integers(1, 4)),
    )


def elapsed() -> st.SearchStrategy[Elapsed]:
    unit = st.sampled_from(["seconds", "minutes", "hours"])
    return st.builds(Elapsed, st.integers(1, 100_000), unit)


def rules() -> st.SearchStrategy:
    cron = crons().filter(possible).map(Cron)
    return st.one_of(cron, calendars(), elapsed(), st.just(Once()))


def recurrences() -> st.SearchStrategy[Recurrence]:
    end = st.one_of(st.none(), moments())
    return st.builds(Recurrence, rules(), moments(), end, st.sampled_from(ZONES))
