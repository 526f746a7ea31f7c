"""Delay: for a duration, or until a moment."""

from datetime import timedelta

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
