"""Steps in time: seconds to hours elapse, days and longer follow the calendar."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from workflows.exceptions import WorkflowError

UNITS = [
    ("seconds", _("seconds")),
    ("minutes", _("minutes")),
    ("hours", _("hours")),
    ("days", _("days")),
    ("weeks", _("weeks")),
    ("months", _("months")),
    ("quarters", _("quarters")),
    ("years", _("years")),
]
_ELAPSED = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
}
_MONTHS = {"months": 1, "quarters": 3, "years": 12}
_DAYS = {"days": timedelta(days=1), "weeks": timedelta(weeks=1)}
#: What a moment is replaced by at the start of a unit that elapses.
_STARTS: Mapping[str, Mapping[str, int]] = {
    "seconds": {"microsecond": 0},
    "minutes": {"second": 0, "microsecond": 0},
    "hours": {"minute": 0, "second": 0, "microsecond": 0},
}


class MomentOutOfRange(WorkflowError):
    """A step leads out of the years 1 to 9999."""

    def __init__(self, amount: int, unit: str) -> None:
        super().__init__(f"{amount} {unit} lead out of the years 1 to 9999.")


def shift(moment: datetime, amount: int, unit: str) -> datetime:
    """Move an aware moment by so many units, on its own wall clock from days on.

    A 31st that a month lacks falls on its last day; a time that a clock change skips
    falls behind the gap.
    """
    try:
        if unit in _ELAPSED:
            shifted = moment.astimezone(UTC) + amount * _ELAPSED[unit]
            return shifted.astimezone(moment.tzinfo)
        if unit in _MONTHS:
            return _existing(moment + relativedelta(months=amount * _MONTHS[unit]))
        return _existing(moment + amount * _DAYS[unit])
    except (OverflowError, ValueError) as error:
        raise MomentOutOfRange(amount, unit) from error


def start_of(moment: datetime, unit: str) -> datetime:
    """Give the first moment of the unit around `moment`; weeks begin on Monday."""
    return _existing(_start_on_the_wall(moment, unit))


def end_of(moment: datetime, unit: str) -> datetime:
    """Give the last microsecond of the unit around `moment`."""
    # From what the wall would show: a day whose midnight was skipped ends at midnight.
    following = shift(_start_on_the_wall(moment, unit), 1, unit)
    last = following.astimezone(UTC) - timedelta(microseconds=1)
    return last.astimezone(moment.tzinfo)


def _start_on_the_wall(moment: datetime, unit: str) -> datetime:
    if unit in _STARTS:
        # An hour that a clock change repeats stays the one that it is.
        return moment.replace(**_STARTS[unit])  # type: ignore[arg-type]  # by name
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit in _MONTHS:
        months = (day.month - 1) % _MONTHS[unit]
        return day.replace(day=1) - relativedelta(months=months)
    return day - timedelta(days=day.weekday() if unit == "weeks" else 0)


def between(first: datetime, last: datetime, unit: str) -> int:
    """Count the whole units from `first` to `last`; negative if it lies before."""
    if unit in _ELAPSED:
        return _quotient(last.astimezone(UTC) - first.astimezone(UTC), _ELAPSED[unit])
    start = first.replace(tzinfo=None)
    end = last.astimezone(first.tzinfo).replace(tzinfo=None)
    if unit in _DAYS:
        return _quotient(end - start, _DAYS[unit])
    apart = relativedelta(end, start)
    months = apart.years * 12 + apart.months
    return int(months / _MONTHS[unit])


def _existing(moment: datetime) -> datetime:
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def _quotient(span: timedelta, step: timedelta) -> int:
    whole = abs(span) // step
    return whole if span >= timedelta() else -whole
