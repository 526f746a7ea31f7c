"""Options of nodes: how they are read, and when a node is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from tests.conftest import NOW
from workflows.graph import check
from workflows.node_options import Fault, Mishap, NodeOptions, OnError, Retry, RetryOn

REFUSED = Fault(Mishap.FAILED, "not today", "Failed")
RAISED = Fault(Mishap.ERROR, "boom", "ValueError")


def options(**values):
    return NodeOptions.read({"key": "a", "type": "echo", **values})


def problems(**values):
    return check({"schema": 1, "nodes": [{"key": "a", "type": "echo", **values}]})


@pytest.mark.parametrize(
    "values",
    [{}, {"note": "hi"}, {"retry": {"attempts": 1}}, {"on_error": "stop"}],
    ids=str,
)
def test_what_says_nothing_is_no_option(values):
    assert options(**values) is None


def test_all_options_are_read():
    retry = {"attempts": 5, "first": 1, "most": 60, "factor": 3, "on": "failed"}

    read = options(retry=retry, timeout=30, on_error="continue")

    assert read == NodeOptions(
        Retry(5, timedelta(seconds=1), timedelta(minutes=1), 3, RetryOn.FAILED),
        timedelta(seconds=30),
        OnError.CONTINUE,
    )


def test_what_is_left_out_is_as_usual():
    assert options(retry={}) is None
    assert options(retry={"attempts": 2}).retry == Retry(attempts=2)


@pytest.mark.parametrize(
    "values",
    [
        {"retry": {"attempts": 3}, "timeout": 0.5, "on_error": "continue"},
        {"retry": {"attempts": 100, "first": 0, "most": 86_400, "factor": 1}},
    ],
    ids=str,
)
def test_a_definition_may_hold_options(values):
    assert not problems(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"retry": 3},
        {"retry": {"attempts": 0}},
        {"retry": {"attempts": 101}},
        {"retry": {"attempts": True}},
        {"retry": {"first": -1}},
        {"retry": {"factor": 0.5}},
        {"retry": {"on": "never"}},
        {"retry": {"colour": "red"}},
        {"timeout": 0},
        {"timeout": "soon"},
        {"on_error": "ignore"},
    ],
    ids=str,
)
def test_a_definition_with_odd_options_is_refused(values):
    assert problems(**values)[0].startswith("In the definition, at $.nodes[0]")


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 50), (5, None)]
)
def test_tries_follow_after_growing_rests(attempt, seconds):
    retry = Retry(attempts=5, most=timedelta(seconds=50))

    expected = seconds and NOW + timedelta(seconds=seconds)

    assert retry.next_try(attempt, RAISED, NOW) == expected


@pytest.mark.parametrize(
    ("on", "fault", "again"),
    [
        (RetryOn.BOTH, RAISED, True),
        (RetryOn.BOTH, REFUSED, True),
        (RetryOn.ERROR, RAISED, True),
        (RetryOn.ERROR, REFUSED, False),
        (RetryOn.FAILED, RAISED, False),
        (RetryOn.FAILED, REFUSED, True),
    ],
)
def test_only_chosen_mishaps_are_tried_again(on, fault, again):
    assert (Retry(on=on).next_try(1, fault, NOW) is not None) is again


def test_what_is_permanent_is_not_tried_again():
    fault = Fault(Mishap.ERROR, "wrong", "ValueError", permanent=True)

    assert Retry().next_try(1, fault, NOW) is None


@pytest.mark.parametrize(
    ("wish", "rest"),
    [
        (timedelta(seconds=2), timedelta(seconds=10)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=30), timedelta(days=1)),
    ],
)
def test_a_wish_for_a_longer_rest_is_granted_up_to_a_day(wish, rest):
    fault = Fault(Mishap.FAILED, "busy", "Failed", retry_after=wish)

    assert Retry().next_try(1, fault, NOW) == NOW + rest


@given(st.integers(1, 200), st.integers(2, 100))
def test_there_are_never_more_tries_than_allowed(attempt, attempts):
    again = Retry(attempts=attempts).next_try(attempt, RAISED, NOW)

    assert (again is not None) is (attempt < attempts)


def test_an_error_as_a_result_names_itself():
    fault = Fault(Mishap.FAILED, "not today", "Failed", result={"status": 503})

    assert fault.as_result() == {
        "error": {"message": "not today", "type": "Failed", "result": {"status": 503}}
    }
    assert RAISED.as_result() == {"error": {"message": "boom", "type": "ValueError"}}
