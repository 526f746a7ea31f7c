"""First runs, bounds and moments that the table does not show."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    Elapsed,
    Once,
    Recurrence,
    first_run,
    next_run,
    runs_between,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HALF = timedelta(milliseconds=500)


@pytest.mark.parametrize(
    ("rule", "start", "first"),
    [
        (Once(), -1, None),
        (Once(), 0, 0),
        (Once(), 5, 5),
        (Elapsed(1, "seconds"), -10, 1),
        (Elapsed(2, "seconds"), -10, 2),
        (Elapsed(3, "seconds"), -10, 2),
        (Elapsed(5, "seconds"), -1, 4),
        (Elapsed(5, "seconds"), 0, 5),
        (Elapsed(5, "seconds"), 2, 2),
        (Elapsed(1, "seconds"), 2, 2),
        (Elapsed(60, "seconds"), -90, 30),
        (Cron("*/2 * * * * *"), -10, 2),
        (Cron("* * * * * *"), -10, 1),
        (Cron("*/2 * * * * *"), 3, 4),
        (Cron("*/2 * * * * *"), 0, 2),
        (Cron("*/2 * * * * *"), 4, 4),
        (Daily(), 0, 86400),
        (Daily(), 7, 7),
    ],
    ids=str,
)
def test_first_run_of_a_schedule_enabled_now(rule, start, first):
    recurrence = Recurrence(rule, NOW + start * SECOND)
    expected = None if first is None else NOW + first * SECOND

    assert first_run(recurrence, NOW) == expected
    assert first_run(recurrence, NOW + HALF) == expected


def test_every_second_is_every_second():
    recurrence = Recurrence(Elapsed(1, "seconds"), NOW)

    runs = list(islice(runs_between(recurrence, NOW, NOW + 100 * SECOND), 100))

    assert runs == [NOW + n * SECOND for n in range(1, 101)]


def test_a_fraction_of_a_second_belongs_to_its_second():
    recurrence = Recurrence(Once(), NOW + HALF, NOW + HALF)

    assert recurrence.starts_at == NOW
    assert first_run(recurrence, NOW + HALF) == NOW


def test_a_first_run_after_the_end_never_comes():
    recurrence = Recurrence(Daily(), NOW, NOW - SECOND)

    assert first_run(recurrence, NOW - timedelta(days=9)) is None


def test_bounds_of_runs_between_are_open_and_closed():
    recurrence = Recurrence(Elapsed(1, "hours"), NOW)
    hour = timedelta(hours=1)

    assert list(runs_between(recurrence, NOW, NOW + 2 * hour)) == [
        NOW + hour,
        NOW + 2 * hour,
    ]


def test_runs_between_is_lazy():
    forever = datetime(9999, 1, 1, tzinfo=UTC)
    runs = runs_between(Recurrence(Elapsed(1, "seconds"), NOW), NOW, forever)

    assert next(runs) == NOW + SECOND


def test_moments_may_be_in_any_zone():
    recurrence = Recurrence(Daily(), NOW.astimezone(ZoneInfo("Asia/Kolkata")))
    after = NOW.astimezone(timezone(timedelta(hours=-9)))

    assert next_run(recurrence, after) == NOW + timedelta(days=1)
    assert next_run(recurrence, NOW) == next_run(recurrence, after)


def test_equal_recurrences_are_equal():
    there = NOW.astimezone(ZoneInfo("Europe/Berlin"))

    assert Recurrence(Daily(), NOW) == Recurrence(Daily(), there)
    assert hash(Recurrence(Daily(), NOW)) == hash(Recurrence(Daily(), there))
