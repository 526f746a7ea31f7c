"""Agreement with an oracle that walks the wall clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, strategies as st

from tests.triggers.schedule.recurrence import strategies as some
from tests.triggers.schedule.recurrence.oracle import (
    calendar_matcher,
    expected,
    expected_cron,
    walk,
)
from triggers.schedule.recurrence import Cron, Recurrence, runs_between

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
zones = pytest.mark.parametrize("zone", some.ZONES, ids=lambda zone: zone.key)


def agrees(
    expression: str, zone: ZoneInfo, start: datetime, end: datetime, step: timedelta
) -> None:
    assume(some.possible(expression))
    found = list(
        runs_between(Recurrence(Cron(expression), None, None, zone), start, end)
    )

    assert found == expected_cron(expression, walk(start, end, step, zone))


@zones
@some.examples(50)
@given(data=st.data())
def test_cron_agrees_minute_by_minute_around_clock_changes(zone, data):
    start = data.draw(some.day_near_change(zone))
    dates = st.one_of(st.just("* * *"), some.cron_dates())

    agrees(
        data.draw(some.crons(dates=dates)),
        zone,
        start,
        start + timedelta(days=3),
        MINUTE,
    )


@zones
@some.examples(25)
@given(data=st.data())
def test_cron_agrees_over_months(zone, data):
    minutes = st.sampled_from(["0", "30", "0,45", "*/15", "15-45/30"])
    hours = st.sampled_from(["0", "2", "3", "1-2", "*/12"])
    expression = (
        f"{data.draw(minutes)} {data.draw(hours)} {data.draw(some.cron_dates())}"
    )
    start = data.draw(some.days(zone))

    agrees(expression, zone, start, start + timedelta(days=120), QUARTER)


@zones
@some.examples(8)
@given(data=st.data())
def test_cron_with_seconds_agrees_second_by_second(zone, data):
    seconds = data.draw(some.field(0, 59))
    minutes = data.draw(st.one_of(some.field(0, 59), st.just("0,30,59")))
    hours = data.draw(st.sampled_from(["*", "1-3", "2", "*/2", "0,1"]))
    day = data.draw(some.day_near_change(zone))
    starts = (
        moment
        for moment, _, skipped, again in walk(
            day, day + timedelta(days=3), QUARTER, zone
        )
        if skipped or again
    )
    start = next(starts, day) - timedelta(minutes=40)

    agrees(
        f"{seconds} {minutes} {hours} * * *",
        zone,
        start,
        start + timedelta(hours=2),
        SECOND,
    )


@zones
@some.examples(40)
@given(data=st.data())
def test_calendar_rules_agree(zone, data):
    rule = data.draw(some.calendars())
    begin = data.draw(some.days(zone))
    age = data.draw(st.one_of(st.integers(0, 40), st.integers(0, 4000)))
    quarters = data.draw(st.integers(0, 95))
    starts_at = begin - timedelta(days=age) + quarters * QUARTER
    end = begin + timedelta(days=120)
    matches = calendar_matcher(
        rule, starts_at.astimezone(zone).replace(tzinfo=None, fold=0)
    )

    found = list(runs_between(Recurrence(rule, starts_at, None, zone), begin, end))

    walked = walk(begin, end, QUARTER, zone)
    assert found == [run for run in expected(matches, walked) if run >= starts_at]
