"""The next runs, with a note where a clock or a calendar has its say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from triggers.schedule.recurrence.calendar_steps import next_wall
from triggers.schedule.recurrence.languages import note_texts
from triggers.schedule.recurrence.rules import (
    Calendar,
    Cron,
    DayOfMonth,
    Elapsed,
    Monthly,
    Once,
    Yearly,
)
from triggers.schedule.recurrence.runs import Recurrence, next_run
from triggers.schedule.recurrence.zones import (
    SECOND,
    gap_before,
    overlap_at,
    wall_of,
)

SKIPPED = "skipped"
REPEATED_ONCE = "repeated_once"
REPEATED_FIRST = "repeated_first"
REPEATED_AGAIN = "repeated_again"
SHORT_MONTH = "short_month"


@dataclass(frozen=True)
class Note:
    """Why a run is where it is: a code, and the times or days for its sentence.

    `skipped`: the clock change skips `wanted`, the run is at `actual`.
    `repeated_once`: the clock shows `wanted` twice, the run is the first time.
    `repeated_first`, `repeated_again`: it runs both times; this is that pass.
    `short_month`: the month has no day `wanted`, the run is on day `actual`.
    """

    code: str
    wanted: str
    actual: str = ""

    def text(self, language: str = "en") -> str:
        """Return the note as words, in English if the language is not known."""
        return note_texts(language)[self.code].format(
            wanted=self.wanted, actual=self.actual
        )


@dataclass(frozen=True)
class Run:
    """One coming run."""

    moment: datetime
    note: Note | None = None


def preview(recurrence: Recurrence, after: datetime, count: int = 10) -> list[Run]:
    """Return the first runs strictly after a moment: the same as will be fired."""
    moments = islice(_chain(recurrence, after), count)
    return [Run(moment, note_for(recurrence, moment)) for moment in moments]


def _chain(recurrence: Recurrence, after: datetime) -> Iterator[datetime]:
    moment: datetime | None = after
    while moment is not None and (moment := next_run(recurrence, moment)):
        yield moment


def note_for(recurrence: Recurrence, moment: datetime) -> Note | None:
    """Explain a run of the recurrence, if there is anything to explain."""
    rule = recurrence.rule
    if isinstance(rule, Once | Elapsed) or moment == recurrence.starts_at:
        return None
    return (
        _skipped(recurrence, rule, moment)
        or _repeated(recurrence, moment)
        or _short_month(recurrence, moment)
    )


def _skipped(
    recurrence: Recurrence, rule: Cron | Calendar, moment: datetime
) -> Note | None:
    gap = gap_before(moment, recurrence.zone)
    if gap is None or _is_every_hour(rule):
        return None
    wall = wall_of(moment, recurrence.zone)
    wanted = _next_wall(recurrence, rule, gap - SECOND)
    if wanted is None or wanted >= wall:
        return None
    return Note(SKIPPED, clock(wanted), clock(wall))


def _is_every_hour(rule: Cron | Calendar) -> bool:
    return isinstance(rule, Cron) and rule.steps.stepping and rule.steps.every_hour


def _next_wall(
    recurrence: Recurrence, rule: Cron | Calendar, wall: datetime
) -> datetime | None:
    if isinstance(rule, Cron):
        return rule.steps.next_wall(wall)
    return next_wall(rule, recurrence.start_wall, wall)


def _repeated(recurrence: Recurrence, moment: datetime) -> Note | None:
    wall = wall_of(moment, recurrence.zone)
    if overlap_at(wall, recurrence.zone) is None:
        return None
    rule = recurrence.rule
    if not (isinstance(rule, Cron) and rule.steps.stepping):
        return Note(REPEATED_ONCE, clock(wall))
    return Note(REPEATED_AGAIN if wall.fold else REPEATED_FIRST, clock(wall))


def _short_month(recurrence: Recurrence, moment: datetime) -> Note | None:
    match recurrence.rule:
        case Monthly(on=None) | Yearly():
            wanted = recurrence.start_wall.day
        case Monthly(on=DayOfMonth(day)):
            wanted = day
        case _:
            return None
    actual = wall_of(moment, recurrence.zone).day
    return Note(SHORT_MONTH, str(wanted), str(actual)) if actual < wanted else None


def clock(wall: datetime) -> str:
    """Return the time of day, with seconds only where there are some."""
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"
