"""Time zones: what the wall clock shows, and where it jumps."""

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from triggers.schedule.recurrence.errors import InvalidRule, shown

SECOND = timedelta(seconds=1)
ZERO = timedelta()
LONGEST_NAME = 64


@dataclass(frozen=True)
class Overlap:
    """The wall times that a backward change shows twice: `start` <= wall < `end`."""

    start: datetime
    end: datetime


def zone_named(name: object) -> ZoneInfo:
    """Return the zone of the IANA name, or raise `InvalidRule`."""
    if isinstance(name, str) and name in _names():
        return ZoneInfo(name)
    message = "There is no time zone %(given)s; choose one such as 'Europe/Berlin'."
    near = isinstance(name, str) and len(name) <= LONGEST_NAME and _near(name)
    if near:
        message = "There is no time zone %(given)s; did you mean '%(near)s'?"
    raise InvalidRule("zone", message, given=shown(name), near=near)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """List the zones that people choose from: places, and UTC."""
    places = (name for name in _names() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(places))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _near(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, sorted(_names()), n=1)), "")


def wall_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock shows: naive, `fold` 1 in a repeated hour's second pass."""
    return moment.astimezone(zone).replace(tzinfo=None)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock shows a time: the first time, if it does so twice.

    A time that the clock skips belongs to the first moment after the gap.
    """
    before, after = _offsets(wall, zone)
    if before >= after:
        return (wall - before).replace(tzinfo=UTC, fold=0)
    return _change(wall - after, wall - before, zone)


def second_moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock shows a repeated time for the second time."""
    return (wall - _offsets(wall, zone)[1]).replace(tzinfo=UTC, fold=0)


def is_skipped(wall: datetime, zone: ZoneInfo) -> bool:
    before, after = _offsets(wall, zone)
    return before < after


def overlap_at(wall: datetime, zone: ZoneInfo) -> Overlap | None:
    """Return the repeated stretch that a wall time is in, if it is in one."""
    before, after = _offsets(wall, zone)
    if before <= after:
        return None
    change = _change(wall - before, wall - after, zone).replace(tzinfo=None)
    return Overlap(change + after, change + before)


def gap_before(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first skipped wall time, if a gap ends at exactly this moment."""
    earlier, now = wall_of(moment - SECOND, zone), wall_of(moment, zone)
    return earlier + SECOND if now - earlier > SECOND else None


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets before and after the change; the same if there is none."""
    first = wall.replace(tzinfo=zone, fold=0)
    return (
        first.utcoffset() or ZERO,
        first.replace(fold=1).utcoffset() or ZERO,
    )


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after `low` with the offset of `high` (naive UTC)."""
    target = _offset(high, zone)
    while high - low > SECOND:
        middle = low + (high - low) // SECOND // 2 * SECOND
        low, high = (low, middle) if _offset(middle, zone) == target else (middle, high)
    return high.replace(tzinfo=UTC, fold=0)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or ZERO
