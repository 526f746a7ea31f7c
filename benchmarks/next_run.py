"""Measure next_run next to raw croniter and dateutil: `python -m benchmarks.next_run`.

Each round measures every way once, in turn, so that a busy machine disturbs all
alike; the figures are medians of the rounds, in microseconds per call.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import croniter
from dateutil import rrule

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    Elapsed,
    LastDay,
    Monthly,
    NthWeekday,
    Recurrence,
    Rule,
    Weekly,
    Yearly,
    next_run,
)

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(1996, 1, 31, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 17, 12, 34, 56, tzinfo=UTC)
ROUNDS, CALLS = 15, 200

Step = Callable[[datetime], datetime | None]


@dataclass(frozen=True)
class Subject:
    """A rule and the same rule in dateutil's words, if it has them."""

    name: str
    rule: Rule
    dateutil: dict[str, object] | None = None

    def ways(self) -> dict[str, Step]:
        """Return what to measure, by name."""
        ways: dict[str, Step] = {"punctual": self.punctual()}
        if isinstance(self.rule, Cron):
            ways["croniter"] = self.croniter(self.rule.expression)
        if self.dateutil:
            ways["dateutil"] = self.rrule(self.dateutil)
        return ways

    def punctual(self) -> Step:
        start = None if isinstance(self.rule, Cron) else START
        recurrence = Recurrence(self.rule, start, None, ZONE)
        return lambda after: next_run(recurrence, after)

    def croniter(self, expression: str) -> Step:
        """Return croniter in the zone, parsed once, without any rules of ours."""
        steps = croniter(expression, NOW.astimezone(ZONE), second_at_beginning=True)
        return lambda after: steps.get_next(datetime, after.astimezone(ZONE))

    def rrule(self, options: dict[str, object]) -> Step:
        """Return rrule from a start this year: it walks from its start at each call."""
        rule = rrule.rrule(dtstart=NOW.replace(month=1, day=1), **options)  # type: ignore[arg-type]
        return rule.after


SUBJECTS = (
    Subject("every second", Elapsed(1, "seconds")),
    Subject(
        "every 30 minutes",
        Elapsed(30, "minutes"),
        {"freq": rrule.MINUTELY, "interval": 30},
    ),
    Subject("every day", Daily(), {"freq": rrule.DAILY}),
    Subject(
        "every 2 weeks Mon, Thu",
        Weekly(2, [0, 3]),
        {"freq": rrule.WEEKLY, "interval": 2, "byweekday": (0, 3)},
    ),
    Subject(
        "every month, last day",
        Monthly(1, LastDay()),
        {"freq": rrule.MONTHLY, "bymonthday": -1},
    ),
    Subject(
        "2nd Tuesday",
        Monthly(1, NthWeekday(2, 1)),
        {"freq": rrule.MONTHLY, "byweekday": rrule.TU(2)},
    ),
    Subject("every year", Yearly(), {"freq": rrule.YEARLY}),
    *(
        Subject(expression, Cron(expression))
        for expression in (
            "* * * * *",
            "*/5 * * * *",
            "*/10 * * * * *",
            "0 9 * * *",
            "0 9 * * 1-5",
            "30 2 1 * *",
            "0 0 13 * 5",
            "0 9 * * 2#2",
            "0 0 29 2 *",
        )
    ),
)


def microseconds(step: Step) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        step(NOW)
    return (time.perf_counter() - began) / CALLS * 1e6


def main() -> None:
    ways = {subject.name: subject.ways() for subject in SUBJECTS}
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for name, steps in ways.items():
            for way, step in steps.items():
                found.setdefault((name, way), []).append(microseconds(step))
    columns = ("punctual", "croniter", "dateutil")
    print(f"{'µs per next run':24}" + "".join(f"{way:>10}" for way in columns))
    for name in ways:
        times = (found.get((name, way)) for way in columns)
        cells = (f"{statistics.median(t):10.1f}" if t else f"{'-':>10}" for t in times)
        print(f"{name:24}" + "".join(cells))


if __name__ == "__main__":
    main()
