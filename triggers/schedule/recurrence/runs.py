"""When a schedule runs: the one set of functions that everything asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import assert_never
from zoneinfo import ZoneInfo

from triggers.schedule.recurrence.calendar_steps import next_wall
from triggers.schedule.recurrence.errors import InvalidRule
from triggers.schedule.recurrence.moments import next_cron, next_fixed
from triggers.schedule.recurrence.rules import (
    Calendar,
    Cron,
    Daily,
    Elapsed,
    Monthly,
    Once,
    Rule,
    Weekly,
    Yearly,
)
from triggers.schedule.recurrence.zones import SECOND, wall_of

GREENWICH = ZoneInfo("UTC")
#: Earlier and later moments have no wall-clock time in every zone.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LATEST = datetime(9999, 12, 29, tzinfo=UTC)


@dataclass(frozen=True)
class Recurrence:
    """A rule with its start, its end (itself included) and its time zone.

    Moments are kept in UTC, cut to whole seconds. Only cron goes without a start.
    """

    rule: Rule
    starts_at: datetime | None
    ends_at: datetime | None = None
    zone: ZoneInfo = GREENWICH

    def __post_init__(self) -> None:
        if self.starts_at is None and not isinstance(self.rule, Cron):
            raise InvalidRule("starts_at", "Without cron a schedule needs a start.")
        for name in ("starts_at", "ends_at"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, whole_second(moment, name))

    @cached_property
    def start(self) -> datetime:
        return self.starts_at or EARLIEST

    @cached_property
    def start_wall(self) -> datetime:
        """What the clock of the zone shows at the start."""
        return wall_of(self.start, self.zone).replace(fold=0)


def whole_second(moment: datetime, field: str) -> datetime:
    """Return a moment in UTC without its fraction of a second."""
    if moment.tzinfo is None:
        raise InvalidRule(field, "'%(name)s' needs a time zone.", name=field)
    if moment.tzinfo is not UTC:
        moment = _in_utc(moment)
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        late = moment.year > EARLIEST.year
        return LATEST if late else EARLIEST


def next_run(recurrence: Recurrence, after: datetime) -> datetime | None:
    """Return the first run strictly after a moment, in UTC, or None.

    No run is before the start or after the end. With an interval the start is
    itself a run; with cron, chosen weekdays or a chosen day of the month it is one
    only if it fits.
    """
    after = max(whole_second(after, "after"), EARLIEST)
    last = min(recurrence.ends_at or LATEST, LATEST)
    if after >= last:
        return None
    try:
        moment = _following(recurrence, after)
    except OverflowError:  # beyond the year 9999
        return None
    return moment if moment is not None and moment <= last else None


def first_run(recurrence: Recurrence, now: datetime) -> datetime | None:
    """Return the run to wait for when a schedule is enabled at a moment, or None.

    A start in the current second is a run without repetition; with repetition it
    counts as past.
    """
    now = max(whole_second(now, "now"), EARLIEST)
    once = isinstance(recurrence.rule, Once)
    return next_run(recurrence, now - SECOND if once else now)


def runs_between(
    recurrence: Recurrence, start: datetime, end: datetime
) -> Iterator[datetime]:
    """Yield the runs with start < run <= end, one at a time."""
    moment = next_run(recurrence, start)
    while moment is not None and moment <= end:
        yield moment
        moment = next_run(recurrence, moment)


def _following(recurrence: Recurrence, after: datetime) -> datetime | None:
    """Return the next run without regard to the end."""
    rule, before_start = recurrence.rule, after < recurrence.start
    match rule:
        case Cron():
            after = recurrence.start - SECOND if before_start else after
            return next_cron(rule.steps, after, recurrence.zone)
        case Once():
            return recurrence.start if before_start else None
        case Elapsed(step=step):
            passed = after - recurrence.start
            return recurrence.start + max(passed // step + 1, 0) * step
        case Daily() | Weekly() | Monthly() | Yearly():
            if before_start and _start_fits(rule, recurrence.start_wall):
                return recurrence.start
            return _next_calendar(recurrence, rule, max(after, recurrence.start))
        case _ as never:
            assert_never(never)


def _start_fits(rule: Calendar, start: datetime) -> bool:
    """Say whether the start is a run; with chosen days it need not be one."""
    return next_wall(rule, start, start - SECOND) == start


def _next_calendar(
    recurrence: Recurrence, rule: Calendar, after: datetime
) -> datetime | None:
    steps = partial(next_wall, rule, recurrence.start_wall)
    return next_fixed(steps, after, recurrence.zone)
