"""The rules of repetition, as values that are right by construction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Literal, TypeAlias

from triggers.schedule.recurrence.cron import CronSteps, cron_steps, fields_of
from triggers.schedule.recurrence.errors import InvalidRule, shown
from workflows.spans import LONGEST_SECONDS

ElapsedUnit: TypeAlias = Literal["seconds", "minutes", "hours"]
#: A hundred years in each unit.
MOST = {
    "seconds": LONGEST_SECONDS,
    "minutes": LONGEST_SECONDS // 60,
    "hours": LONGEST_SECONDS // 3600,
    "days": LONGEST_SECONDS // 86_400,
    "weeks": LONGEST_SECONDS // (7 * 86_400),
    "months": 1_200,
    "years": 100,
}
ELAPSED_UNITS = ("seconds", "minutes", "hours")
LAST_NTH = -1


@dataclass(frozen=True)
class Once:
    """No repetition: the start is the only run."""


@dataclass(frozen=True)
class Elapsed:
    """Every so many seconds, minutes or hours of elapsed time, from the start."""

    every: int
    unit: ElapsedUnit

    def __post_init__(self) -> None:
        check_unit(self.unit, ELAPSED_UNITS)
        check_whole("every", self.every, 1, MOST[self.unit])

    @cached_property
    def step(self) -> timedelta:
        return timedelta(**{self.unit: self.every})


@dataclass(frozen=True)
class Daily:
    """Every so many days at the start's wall-clock time."""

    every: int = 1

    def __post_init__(self) -> None:
        check_whole("every", self.every, 1, MOST["days"])


@dataclass(frozen=True)
class Weekly:
    """Every so many weeks on the start's weekday, or on chosen ones (0 is Monday).

    Weeks begin on Monday; the week of the start is the first that counts.
    """

    every: int = 1
    weekdays: Sequence[int] = ()

    def __post_init__(self) -> None:
        check_whole("every", self.every, 1, MOST["weeks"])
        if not isinstance(self.weekdays, list | tuple):
            raise InvalidRule(
                "weekdays",
                "Weekdays are a list of numbers such as [0, 3], not %(given)s.",
                given=shown(self.weekdays),
            )
        for weekday in self.weekdays:
            check_whole("weekdays", weekday, 0, 6)
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))


@dataclass(frozen=True)
class DayOfMonth:
    """This day; the last one in months that are too short for it."""

    day: int

    def __post_init__(self) -> None:
        check_whole("on", self.day, 1, 31)


@dataclass(frozen=True)
class LastDay:
    """The last day of the month."""


@dataclass(frozen=True)
class NthWeekday:
    """The nth of a weekday (0 is Monday), -1 for the last; not every month has a 5th.

    A month without it has no run.
    """

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        if self.nth != LAST_NTH or isinstance(self.nth, bool):
            check_whole("on", self.nth, 1, 5)
        check_whole("on", self.weekday, 0, 6)


MonthDay: TypeAlias = DayOfMonth | LastDay | NthWeekday


@dataclass(frozen=True)
class Monthly:
    """Every so many months, on the start's day of the month or on a given day."""

    every: int = 1
    on: MonthDay | None = None

    def __post_init__(self) -> None:
        check_whole("every", self.every, 1, MOST["months"])


@dataclass(frozen=True)
class Yearly:
    """Every so many years on the start's date; 29 February becomes the 28th."""

    every: int = 1

    def __post_init__(self) -> None:
        check_whole("every", self.every, 1, MOST["years"])


@dataclass(frozen=True)
class Cron:
    """A cron expression of 5 fields, or 6 with the seconds first."""

    expression: str

    def __post_init__(self) -> None:
        fields_of(self.expression)
        cron_steps(self.expression)

    @cached_property
    def steps(self) -> CronSteps:
        return cron_steps(self.expression)


Calendar: TypeAlias = Daily | Weekly | Monthly | Yearly
Rule: TypeAlias = Once | Elapsed | Calendar | Cron


def check_whole(field: str, value: object, low: int, high: int) -> None:
    """Raise `InvalidRule` unless a value is a whole number between two bounds."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not low <= value <= high:  # type: ignore[operator]
        raise InvalidRule(
            field,
            "'%(name)s' must be a whole number from %(low)s to %(high)s, "
            "not %(given)s.",
            name=field,
            low=low,
            high=high,
            given=shown(value),
        )


def check_unit(value: object, units: Iterable[str]) -> None:
    """Raise `InvalidRule` unless a value is one of the units."""
    if not isinstance(value, str) or value not in units:
        raise InvalidRule(
            "unit",
            "The unit %(given)s is not known; choose one of: %(units)s.",
            given=shown(value),
            units=", ".join(units),
        )
