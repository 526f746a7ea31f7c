"""From wall-clock times to moments: the rules of clock changes."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from triggers.schedule.recurrence.cron import CronSteps
from triggers.schedule.recurrence.zones import (
    SECOND,
    Overlap,
    is_skipped,
    moment_of,
    overlap_at,
    second_moment_of,
    wall_of,
)


def next_cron(steps: CronSteps, after: datetime, zone: ZoneInfo) -> datetime | None:
    if steps.stepping:
        return _next_stepping(steps, after, zone)
    return next_fixed(steps.next_wall, after, zone)


def next_fixed(
    next_wall: Callable[[datetime], datetime | None], after: datetime, zone: ZoneInfo
) -> datetime | None:
    """Run once per wall time: after the gap if skipped, the first time if repeated."""
    wall = next_wall(_passed(after, zone))
    return None if wall is None else moment_of(wall, zone)


def _passed(after: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest wall time whose run is not after a moment."""
    wall = wall_of(after, zone)
    if wall.fold and (overlap := overlap_at(wall, zone)):
        return overlap.end - SECOND
    return wall


def _next_stepping(
    steps: CronSteps, after: datetime, zone: ZoneInfo
) -> datetime | None:
    """Run whenever the clock shows a time of the rule, in both repeated hours."""
    wall = wall_of(after, zone)
    overlap = overlap_at(wall, zone)
    following = steps.next_wall(wall.replace(fold=0))
    if overlap is not None:
        again = following if wall.fold else _again(steps, following, overlap)
        if again is not None and again < overlap.end:
            return second_moment_of(again, zone)
    return _beyond_gap(steps, following, zone)


def _again(
    steps: CronSteps, following: datetime | None, overlap: Overlap
) -> datetime | None:
    """Return the first wall time of the second pass, once the first has none left."""
    if following is not None and following < overlap.end:
        return None
    return steps.next_wall(overlap.start - SECOND)


def _beyond_gap(
    steps: CronSteps, wall: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """Make up for a skipped time right after the gap.

    A rule of every hour needs no making up: its next step comes by itself.
    """
    while wall is not None and steps.every_hour and is_skipped(wall, zone):
        wall = steps.next_wall(wall_of(moment_of(wall, zone), zone) - SECOND)
    return None if wall is None else moment_of(wall, zone)
