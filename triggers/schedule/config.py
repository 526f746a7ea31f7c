"""The configuration of a schedule, as the values that planning works with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from triggers.schedule.recurrence import (
    Recurrence,
    Rule,
    rule_from_config,
    zone_named,
)

TIME, FIELD = "time", "field"
SKIP, ONCE, ALL = "skip", "once", "all"


@dataclass(frozen=True)
class Offset:
    """A date field of a record and a distance from it; negative is before."""

    field: str
    distance: timedelta

    def moment(self, values: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
        """Compute the moment for a record; None if its field is empty."""
        value = values.get(self.field)
        if value is None:
            return None
        try:
            return in_utc(value, zone) + self.distance
        except OverflowError:  # beyond the calendar: it never comes
            return None


def in_utc(value: datetime | date, zone: ZoneInfo) -> datetime:
    """Read a date as its midnight and a naive time on the wall clock of the zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    return value.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class ScheduleConfig:
    """What a trigger configuration says; see `ScheduleForm` for the JSON."""

    mode: str
    zone: ZoneInfo
    rule: Rule
    starts_at: datetime | None
    ends_at: datetime | None
    max_runs: int | None
    misfire: str
    misfire_grace: timedelta
    misfire_max: int
    collection: str
    start: Offset | None
    end: Offset | None
    preload: tuple[str, ...]
    jitter: int

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "ScheduleConfig":
        """Read a stored configuration; raise `InvalidRule` for what is wrong."""
        return cls(
            mode=stored.get("mode", TIME),
            zone=zone_named(stored.get("zone", "UTC")),
            rule=rule_from_config(stored.get("repeat") or {"kind": "none"}),
            starts_at=stored.get("starts_at"),
            ends_at=stored.get("ends_at"),
            max_runs=stored.get("max_runs") or None,
            misfire=stored.get("misfire", SKIP),
            misfire_grace=timedelta(seconds=stored.get("misfire_grace", 60)),
            misfire_max=stored.get("misfire_max", 100),
            collection=stored.get("collection", ""),
            start=_offset(stored, "start"),
            end=_offset(stored, "end"),
            preload=tuple(stored.get("preload") or ()),
            jitter=stored.get("jitter") or 0,
        )

    def delay(self, workflow_id: int) -> timedelta:
        """Tell how much later than planned a workflow fires, to spread the load.

        Between 0 and `jitter` seconds, always the same for the same workflow.
        """
        if not self.jitter:
            return timedelta(0)
        digest = hashlib.sha256(str(workflow_id).encode()).digest()
        return timedelta(seconds=int.from_bytes(digest[:8]) % (self.jitter + 1))

    @cached_property
    def recurrence(self) -> Recurrence:
        """Make the recurrence of custom time."""
        return Recurrence(self.rule, self.starts_at, self.ends_at, self.zone)

    def recurrence_of(self, record: Mapping[str, Any]) -> Recurrence | None:
        """Make the recurrence of one record; None if its date field is empty."""
        assert self.start is not None  # noqa: S101 - date-field mode has one
        starts_at = self.start.moment(record, self.zone)
        if starts_at is None:
            return None
        ends = [self.ends_at, self.end.moment(record, self.zone) if self.end else None]
        ends_at = min((end for end in ends if end is not None), default=None)
        return Recurrence(self.rule, starts_at, ends_at, self.zone)

    def stamp(self, record: Mapping[str, Any]) -> str:
        """Write the dates that decide about a record; another stamp: they moved."""
        chosen = [each for each in (self.start, self.end) if each is not None]
        moments = [each.moment(record, self.zone) for each in chosen]
        return " ".join("-" if each is None else each.isoformat() for each in moments)


def _offset(stored: Mapping[str, Any], name: str) -> Offset | None:
    field = stored.get(f"{name}_field")
    if not field:
        return None
    unit = stored.get(f"{name}_unit") or "minutes"
    distance = timedelta(**{unit: stored.get(f"{name}_offset") or 0})
    return Offset(field, distance)
