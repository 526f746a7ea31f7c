"""What a calendar shows at once: a month, a week or a day in a time zone, by slots."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

from django.utils.formats import date_format, get_format
from django.utils.translation import gettext_lazy as _

MONTH, WEEK, DAY = "month", "week", "day"
VIEWS = {MONTH: _("Month"), WEEK: _("Week"), DAY: _("Day")}
#: Calendars outside of these years have nothing to show.
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
HOUR, DAYS = timedelta(hours=1), timedelta(days=1)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Range:
    """A month, a week or a day."""

    view: str
    day: date
    zone: tzinfo

    @cached_property
    def days(self) -> Sequence[date]:
        """List the days that are shown; a month in whole weeks."""
        match self.view:
            case "day":
                first, last = self.day, self.day
            case "week":
                first = _start_of_week(self.day)
                last = first + 6 * DAYS
            case _:
                first = _start_of_week(self.day.replace(day=1))
                last = _start_of_week(_next_month(self.day) - DAYS) + 6 * DAYS
        return [first + number * DAYS for number in range((last - first).days + 1)]

    @cached_property
    def edges(self) -> Sequence[datetime]:
        """Give where its slots begin and the last one ends: days, or hours of a day."""
        ends = [*self.days, self.days[-1] + DAYS]
        bounds = [midnight(day, self.zone) for day in ends]
        if self.view != DAY:
            return bounds
        start, end = bounds
        hours = int((end - start) / HOUR) + ((end - start) % HOUR > timedelta(0))
        return [*(start + number * HOUR for number in range(hours)), end]

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        return self.edges[-1]

    def slot_of(self, moment: datetime) -> int:
        return min(bisect_right(self.edges, moment), len(self.edges) - 1) - 1

    @property
    def before(self) -> date:
        if self.view == MONTH:
            return max((self.day.replace(day=1) - DAYS).replace(day=1), FIRST)
        return max(self.day - (DAYS if self.view == DAY else 7 * DAYS), FIRST)

    @property
    def after(self) -> date:
        if self.view == MONTH:
            return min(_next_month(self.day), LAST)
        return min(self.day + (DAYS if self.view == DAY else 7 * DAYS), LAST)

    @property
    def title(self) -> str:
        match self.view:
            case "day":
                return date_format(self.day, "l, ") + date_format(self.day)
            case "week":
                return f"{date_format(self.days[0])} – {date_format(self.days[-1])}"
            case _:
                return date_format(self.day, "YEAR_MONTH_FORMAT")

    def labels(self) -> list[str]:
        """Name the hours of a day; one that comes twice has the name of its zone."""
        local = [edge.astimezone(self.zone) for edge in self.edges[:-1]]
        names = [moment.strftime("%H:%M") for moment in local]
        return [
            f"{name} {moment:%Z}" if names.count(name) > 1 else name
            for name, moment in zip(names, local, strict=True)
        ]

    def note(self) -> str:
        """Say on which day the clocks change, and how long it is."""
        for day in self.days:
            length = midnight(day + DAYS, self.zone) - midnight(day, self.zone)
            if length != DAYS:
                text = _("The clocks change on %(day)s: it has %(hours)s hours.")
                names = {"day": date_format(day), "hours": f"{length / HOUR:g}"}
                return text % names
        return ""


def _start_of_week(day: date) -> date:
    first: int = get_format("FIRST_DAY_OF_WEEK")  # 0 is a Sunday
    return day - timedelta(days=(day.isoweekday() - first) % 7)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * DAYS).replace(day=1)
