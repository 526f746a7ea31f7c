"""Which moments a schedule row has come to, and which is next: no database here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triggers.schedule.config import ALL, ONCE, ScheduleConfig
from triggers.schedule.recurrence import SECOND, Recurrence, next_run, runs_between


@dataclass(frozen=True, slots=True)
class Firing:
    """What a due row does: moments to start, moments missed, the moment to arm."""

    starts: Sequence[datetime]
    missed: Sequence[datetime]
    next_run_at: datetime | None


def firing(
    config: ScheduleConfig, recurrence: Recurrence, armed: datetime, now: datetime
) -> Firing:
    """Work out what a row armed for `armed` does at `now`.

    Within the grace a moment is late but fires; an older one was missed, and the
    policy of the schedule says what becomes of it.
    """
    line = now - config.misfire_grace
    moments = list(runs_between(recurrence, max(armed, line) - SECOND, now))
    on_time = [moment for moment in moments if moment >= line]
    starts, missed = _by_policy(config, _older(config, recurrence, armed, line))
    return Firing([*starts, *on_time], missed, next_run(recurrence, now))


def _older(
    config: ScheduleConfig, recurrence: Recurrence, armed: datetime, line: datetime
) -> list[datetime]:
    """List the moments before the line, the latest `misfire_max` of them."""
    older: list[datetime] = []
    for moment in runs_between(recurrence, armed - SECOND, line - SECOND):
        older.append(moment)
        if len(older) > config.misfire_max:
            older.pop(0)
    return older


def _by_policy(
    config: ScheduleConfig, older: list[datetime]
) -> tuple[list[datetime], list[datetime]]:
    if config.misfire == ALL:
        return older, []
    if config.misfire == ONCE:
        return older[-1:], older[:-1]
    return [], older
