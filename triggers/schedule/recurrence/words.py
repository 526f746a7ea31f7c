"""A schedule in plain words, in English and Russian."""

from datetime import datetime
from typing import TypeAlias, assert_never

from triggers.schedule.recurrence.cron_shapes import At, Days, Shape, shape_of
from triggers.schedule.recurrence.english import English
from triggers.schedule.recurrence.preview import clock
from triggers.schedule.recurrence.rules import (
    Calendar,
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    LastDay,
    MonthDay,
    Monthly,
    NthWeekday,
    Once,
    Rule,
    Weekly,
    Yearly,
)
from triggers.schedule.recurrence.runs import Recurrence
from triggers.schedule.recurrence.russian import Russian

Language: TypeAlias = English | Russian
LANGUAGES: dict[str, Language] = {"en": English(), "ru": Russian()}
SHORTEST_RANGE = 3
WHOLE_WEEK = 7


def describe(subject: Recurrence | Rule, language: str = "en") -> str:
    """Return a rule, or a rule with its start's time of day, in plain words.

    The language is a code such as `ru` or `en-gb`; English if it is not known.
    """
    words = LANGUAGES.get(language[:2].lower(), LANGUAGES["en"])
    if isinstance(subject, Recurrence):
        wall = None if subject.starts_at is None else subject.start_wall
        return _rule(subject.rule, wall, words)
    return _rule(subject, None, words)


def _rule(rule: Rule, wall: datetime | None, words: Language) -> str:
    match rule:
        case Once():
            return _phrase(words.once, words.moment(wall, clock(wall)) if wall else "")
        case Elapsed(every, unit):
            return words.every(every, unit)
        case Cron(expression):
            shape = shape_of(expression)
            return _shape(shape, words) if shape else words.expression(expression)
        case _:
            time = words.at([clock(wall)]) if wall else ""
            return _phrase(*_calendar(rule, wall, words), time)


def _phrase(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _calendar(
    rule: Calendar, wall: datetime | None, words: Language
) -> tuple[str, str]:
    """Return how often the rule comes, and on which day if that is known."""
    match rule:
        case Daily(every):
            return words.every(every, "days"), ""
        case Weekly(every, weekdays):
            chosen = [*weekdays] or ([wall.weekday()] if wall else [])
            return words.every(every, "weeks"), words.weekdays(chosen) if chosen else ""
        case Monthly(every, on):
            day = on or (DayOfMonth(wall.day) if wall else None)
            return words.every(every, "months"), _month_day(day, words) if day else ""
        case Yearly(every):
            date = words.date(wall.day, wall.month) if wall else ""
            return words.every(every, "years"), date
        case _ as never:
            assert_never(never)


def _month_day(on: MonthDay, words: Language) -> str:
    match on:
        case DayOfMonth(day):
            return words.days([day])
        case LastDay():
            return words.last_day()
        case NthWeekday(nth, weekday):
            return words.nth(nth, weekday)
        case _ as never:
            assert_never(never)


def _shape(shape: Shape, words: Language) -> str:
    turn, detail = _days(shape.days, words)
    time = shape.time
    if isinstance(time, At):
        return _phrase(turn, detail, words.at(list(time.times)))
    step = _phrase(
        words.every(time.every, time.unit),
        words.minute(time.minute) if time.minute and not time.window else "",
        words.window(*time.window) if time.window else "",
    )
    return f"{step}, {detail}" if detail else step


def _days(days: Days, words: Language) -> tuple[str, str]:
    """Return how often a day comes, and which day it is."""
    if len(days.months) == len(days.days) == 1:
        return words.every(1, "years"), words.date(days.days[0], days.months[0])
    months = words.months(list(days.months)) if days.months else ""
    weekdays = _weekdays(days.weekdays, words)
    if weekdays:
        return words.every(1, "weeks"), _phrase(weekdays, months)
    day = _day(days, words)
    if not day:
        return words.every(1, "days"), months
    return words.every(1, "years" if months else "months"), _phrase(months, day)


def _day(days: Days, words: Language) -> str:
    if days.last_day:
        return words.last_day()
    if days.nth:
        return words.nth(*days.nth)
    return words.days(list(days.days)) if days.days else ""


def _weekdays(weekdays: tuple[int, ...], words: Language) -> str:
    if len(weekdays) in {0, WHOLE_WEEK}:
        return ""
    first, last = weekdays[0], weekdays[-1]
    if SHORTEST_RANGE <= len(weekdays) == last - first + 1:
        return words.weekday_range(first, last)
    return words.weekdays(list(weekdays))
