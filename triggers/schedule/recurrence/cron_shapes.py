"""The common shapes of cron expressions, for saying them in words."""

from dataclasses import dataclass

from triggers.schedule.recurrence import cron_fields
from triggers.schedule.recurrence.cron import fields_of
from triggers.schedule.recurrence.rules import LAST_NTH

MOST_TIMES = 6
HOURS, MINUTES = 24, 60


@dataclass(frozen=True)
class At:
    """At certain times of the day."""

    times: tuple[str, ...]


@dataclass(frozen=True)
class Every:
    """Every so many seconds, minutes or hours, perhaps at a minute, within hours."""

    every: int
    unit: str
    minute: int = 0
    window: tuple[str, str] | None = None


@dataclass(frozen=True)
class Days:
    """The days: by weekday (0 is Monday), by day of the month, or any.

    A day is a number or "last"; `nth` is a pair of nth and weekday.
    """

    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    last_day: bool = False
    nth: tuple[int, int] | None = None
    months: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shape:
    """What an expression says, as far as there are words for it."""

    time: At | Every
    days: Days


def shape_of(expression: str) -> Shape | None:
    """Return the shape of a valid expression, or None if it is not a common one."""
    fields = fields_of(expression)
    places = cron_fields.FIELDS[-len(fields) :]
    items = [cron_fields.plain(*pair) for pair in zip(places, fields, strict=True)]
    seconds = items[0] if len(items) > len(cron_fields.FIELDS) - 1 else ["0"]
    minutes, hours, *date = items[-5:]
    time, days = _time(seconds, minutes, hours), _days(*date)
    return Shape(time, days) if time and days else None


def _time(
    seconds: list[str], minutes: list[str], hours: list[str]
) -> At | Every | None:
    if _numbers(seconds) is None:
        return _every_second(seconds, minutes, hours)
    if step := _step(minutes, MINUTES):
        window = _window(hours)
        return (
            Every(step, "minutes", window=window) if _is_zero(seconds, window) else None
        )
    at = _numbers(minutes)
    if at is not None and len(at) == 1 and seconds == ["0"]:
        if step := _step(hours, HOURS):
            return Every(step, "hours", minute=at[0])
        if window := _long_window(hours, at[0]):
            return Every(1, "hours", window=window)
    return _at(seconds, minutes, hours)


def _every_second(
    seconds: list[str], minutes: list[str], hours: list[str]
) -> Every | None:
    step, window = _step(seconds, MINUTES), _window(hours)
    if step is None or minutes != ["*"] or window == ("", ""):
        return None
    return Every(step, "seconds", window=window)


def _is_zero(seconds: list[str], window: tuple[str, str] | None) -> bool:
    return seconds == ["0"] and window != ("", "")


def _window(hours: list[str]) -> tuple[str, str] | None:
    """Return first and last time of the hours, None for all, empty if scattered."""
    if hours == ["*"]:
        return None
    numbers = _numbers(hours)
    if numbers is None or not _is_run(numbers):
        return ("", "")
    return f"{numbers[0]:02}:00", f"{numbers[-1]:02}:59"


def _long_window(hours: list[str], minute: int) -> tuple[str, str] | None:
    numbers = _numbers(hours)
    if numbers is None or not _is_run(numbers) or len(numbers) <= 2:  # noqa: PLR2004
        return None
    return f"{numbers[0]:02}:{minute:02}", f"{numbers[-1]:02}:{minute:02}"


def _at(seconds: list[str], minutes: list[str], hours: list[str]) -> At | None:
    numbers = _numbers(seconds), _numbers(minutes), _numbers(hours)
    if not all(numbers):
        return None
    times = tuple(
        f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
        for hour in numbers[2] or ()
        for minute in numbers[1] or ()
        for second in numbers[0] or ()
    )
    return At(times) if len(times) <= MOST_TIMES else None


def _days(days: list[str], months: list[str], weekdays: list[str]) -> Days | None:
    in_months = () if months == ["*"] else _numbers(months)
    if in_months is None:
        return None
    if weekdays == ["*"]:
        return _days_of_month(days, in_months)
    if days != ["*"]:
        return None
    return _weekdays(weekdays, in_months)


def _days_of_month(days: list[str], months: tuple[int, ...]) -> Days | None:
    if days == ["*"]:
        return Days(months=months)
    if days == [cron_fields.LAST]:
        return Days(last_day=True, months=months)
    numbers = _numbers(days)
    return None if numbers is None else Days(days=numbers, months=months)


def _weekdays(weekdays: list[str], months: tuple[int, ...]) -> Days | None:
    numbers = _numbers(weekdays)
    if numbers is not None:
        return Days(weekdays=tuple(sorted(map(_iso, numbers))), months=months)
    if len(weekdays) > 1 or weekdays[0].startswith("*"):
        return None
    first, _, nth = weekdays[0].partition("#")
    if nth:
        return Days(nth=(int(nth), _iso(int(first))), months=months)
    return Days(nth=(LAST_NTH, _iso(int(first[1:]))), months=months)


def _iso(weekday: int) -> int:
    """Return cron's weekday (0 is Sunday) as ours (0 is Monday)."""
    return (weekday - 1) % 7


def _numbers(items: list[str]) -> tuple[int, ...] | None:
    if not all(item.isdigit() for item in items):
        return None
    return tuple(sorted({int(item) for item in items}))


def _step(items: list[str], size: int) -> int | None:
    """Return n of `*/n` where that means every n: it divides the whole."""
    if items in (["*"], ["*/1"]):
        return 1
    if len(items) != 1 or not items[0].startswith("*/"):
        return None
    step = int(items[0][2:])
    return step if size % step == 0 and step < size else None


def _is_run(numbers: tuple[int, ...]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1
