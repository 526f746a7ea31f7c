"""Delay: for a duration, or until a moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.fields import SettingEmpty
from handlers.nodes.delay import Delay
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Failed, NodeRun, Succeeded, Waiting

LATER = NOW + timedelta(minutes=5)
NODE = {"key": "wait", "type": "delay", "config": {"amount": 5, "unit": "minutes"}}


def test_waits_for_a_duration():
    assert run_node(Delay, amount=5) == Waiting(LATER, LATER)


def test_waits_until_a_moment():
    assert run_node(Delay, by="moment", until=LATER) == Waiting(LATER, LATER)


@pytest.mark.parametrize(
    ("direction", "day"), [("before", "2026-11-27"), ("after", "2026-12-03")]
)
def test_waits_until_days_before_or_after_a_date(direction, day):
    answer = run_node(
        Delay,
        scope={"trigger": {"data": {"delivery_on": date(2026, 11, 30)}}},
        by="distance",
        until="{{ trigger.data.delivery_on }}",
        amount=3,
        unit="days",
        direction=direction,
        zone="UTC",
    )

    assert answer.until.isoformat() == f"{day}T00:00:00+00:00"


def test_days_before_a_date_keep_its_time_of_the_day_over_a_clock_change():
    until = datetime(2026, 3, 30, 9, tzinfo=ZoneInfo("Europe/Paris"))
    distance = {"by": "distance", "amount": 2, "unit": "days", "direction": "before"}
    early = datetime(2026, 3, 1, tzinfo=UTC)

    answer = run_node(Delay, now=early, until=until, zone="Europe/Paris", **distance)

    assert answer.until.isoformat() == "2026-03-28T09:00:00+01:00"


def test_time_before_a_date_that_has_passed_is_no_pause():
    answer = run_node(Delay, by="distance", until=LATER, amount=1, unit="hours")

    assert isinstance(answer, Succeeded)


def test_date_is_needed_to_wait_for_one():
    assert "until" in problems(Delay, by="distance")


def test_past_moment_is_no_pause():
    past = NOW - timedelta(days=1)

    assert run_node(Delay, by="moment", until=past) == Succeeded(past)


def test_past_moment_may_end_as_failed():
    answer = run_node(Delay, by="moment", until=NOW, outcome="failure")

    assert answer == Failed("The time has come.", NOW)


def test_resumes_with_success():
    run = NodeRun(config={"outcome": "success"}, now=LATER, waited=LATER)

    assert Delay().resume(run) == Succeeded(LATER)


def test_resumes_with_failure_if_asked():
    run = NodeRun(config={"outcome": "failure"}, now=LATER, waited=LATER)

    assert isinstance(Delay().resume(run), Failed)


def test_months_follow_the_calendar():
    assert (
        run_node(Delay, amount=3, unit="months").until.isoformat()[:10] == "2027-02-22"
    )


def test_negative_duration_is_a_form_error():
    assert "amount" in problems(Delay, amount=-1)


def test_moment_is_needed_to_wait_for_one():
    assert "until" in problems(Delay, by="moment")


def test_moment_that_an_expression_leaves_empty_is_told():
    scope = {"trigger": {"data": None}}

    with pytest.raises(SettingEmpty, match="'until' is empty"):
        run_node(Delay, scope, by="moment", until="{{ trigger.data }}")


def test_execution_waits_and_goes_on_at_its_time(make_version, run):
    execution = run(make_version(NODE))
    assert (execution.status, execution.due_at) == ("waiting", LATER)

    drain(LATER)

    execution.refresh_from_db()
    assert execution.status == "succeeded"


def test_execution_does_not_go_on_early(make_version, run):
    execution = run(make_version(NODE))

    drain(LATER - timedelta(seconds=1))

    execution.refresh_from_db()
    assert execution.status == "waiting"
