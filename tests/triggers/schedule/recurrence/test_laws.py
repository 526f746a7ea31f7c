"""Laws that hold for every rule, zone and moment."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from hypothesis import given, strategies as st

from tests.triggers.schedule.recurrence import strategies as some
from triggers.schedule.recurrence import (
    Elapsed,
    Recurrence,
    first_run,
    next_run,
    preview,
    rule_from_config,
    rule_to_config,
    runs_between,
)

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def runs(recurrence: Recurrence, after: datetime, count: int = 12) -> list[datetime]:
    return list(islice(runs_between(recurrence, after, FOREVER), count))


@some.examples(150)
@given(some.recurrences(), some.moments())
def test_runs_strictly_increase(recurrence, after):
    found = [after, *runs(recurrence, after)]

    assert all(earlier < later for earlier, later in pairwise(found))


@some.examples(150)
@given(some.recurrences(), some.moments())
def test_runs_stay_between_start_and_end(recurrence, after):
    end = recurrence.ends_at or FOREVER

    assert all(recurrence.starts_at <= run <= end for run in runs(recurrence, after))


@some.examples(100)
@given(some.recurrences(), some.moments())
def test_runs_are_whole_seconds_in_utc(recurrence, after):
    for run in runs(recurrence, after + timedelta(microseconds=700_000)):
        assert (run.tzinfo, run.microsecond, run.fold) == (UTC, 0, 0)


@some.examples(150)
@given(some.recurrences(), some.moments(), st.integers(1, 40), st.data())
def test_a_split_interval_has_the_same_runs(recurrence, start, days, data):
    whole = runs(recurrence, start, 60)
    end = whole[-1] if whole else start + timedelta(days=days)
    middle = start + data.draw(st.integers(0, (end - start) // SECOND)) * SECOND

    parts = [
        *runs_between(recurrence, start, middle),
        *runs_between(recurrence, middle, end),
    ]

    assert parts == whole


@some.examples(150)
@given(some.recurrences(), some.moments())
def test_no_run_is_between_a_run_and_the_next(recurrence, after):
    found = next_run(recurrence, after)

    if found is not None:
        assert next_run(recurrence, found - SECOND) == found


@some.examples(100)
@given(some.recurrences(), some.moments())
def test_preview_is_the_chain_of_next_runs(recurrence, after):
    assert [run.moment for run in preview(recurrence, after)] == runs(
        recurrence, after, 10
    )


@some.examples(100)
@given(some.recurrences(), some.moments())
def test_first_run_does_not_look_back(recurrence, now):
    found = first_run(recurrence, now + timedelta(microseconds=1))

    assert found is None or found >= now


@some.examples(100)
@given(some.elapsed(), some.moments(), some.moments())
def test_elapsed_runs_stand_on_the_grid(rule, start, after):
    found = next_run(Recurrence(rule, start), after)

    assert (found - start) % rule.step == timedelta()
    assert found == start or found - max(after, start) <= rule.step


@some.examples(150)
@given(some.rules())
def test_a_rule_survives_its_configuration(rule):
    assert rule_from_config(rule_to_config(rule)) == rule


@some.examples(50)
@given(some.recurrences(), some.moments())
def test_the_same_question_has_the_same_answer(recurrence, after):
    again = Recurrence(
        rule_from_config(rule_to_config(recurrence.rule)),
        recurrence.starts_at,
        recurrence.ends_at,
        recurrence.zone,
    )

    assert runs(recurrence, after, 3) == runs(again, after, 3)


@some.examples(50)
@given(st.integers(1, 10**6), some.moments())
def test_a_start_long_ago_costs_no_steps(seconds, after):
    start = datetime(1900, 1, 1, tzinfo=UTC)

    [found] = runs(Recurrence(Elapsed(seconds, "seconds"), start), after, 1)

    assert (found - start).total_seconds() % seconds == 0
