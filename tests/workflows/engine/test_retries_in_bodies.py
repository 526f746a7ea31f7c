"""Retries and borne errors inside loops, and of loops themselves."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Flaky, node
from workflows.contracts import Failed
from workflows.engine import forget_compiled
from workflows.models import Category

RETRY = {"attempts": 3, "first": 10}


@pytest.fixture
def loop(make_version, run):
    """Run a body for 0, 1 and 2, with faults for its flaky node."""

    def loop(body, *faults, config=None, **options):
        Flaky.troubles = list(faults)
        config = {"items": 3, **(config or {})}
        version = make_version(
            {
                "key": "each",
                "type": "loop",
                "config": config,
                "branches": {"body": [body, node("echo", "{{ loop.item }}", "seen")]},
                **options,
            },
            node("echo", "{{ nodes.each }}", "shown"),
        )
        return run(version)

    return loop


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def results(execution, key):
    execution.refresh_from_db()
    jobs = execution.jobs.filter(node_key=key)
    return list(jobs.values_list("status", "attempt", "result"))


def test_a_round_waits_for_the_next_try_and_the_loop_goes_on(loop):
    flaky = node("flaky_call", "{{ loop.item }}", "it", retry=RETRY)
    execution = loop(flaky, ValueError("busy"))
    assert (execution.status, execution.due_at) == ("waiting", later(10))
    forget_compiled()

    drain(later(10))

    assert results(execution, "it") == [
        ("succeeded", 2, 0),
        ("succeeded", 1, 1),
        ("succeeded", 1, 2),
    ]
    assert execution.status == "succeeded"


def test_each_round_has_tries_of_its_own(loop):
    flaky = node("flaky_write", "{{ loop.item }}", "it", retry=RETRY)
    execution = loop(flaky, *[ValueError("busy")] * 2)
    drain(later(10))

    drain(later(30))

    assert results(execution, "it")[0] == ("succeeded", 3, 0)
    assert Category.objects.count() == 3


def test_after_the_last_try_the_loop_decides(loop):
    flaky = node("flaky", "x", "it", retry={"attempts": 2, "first": 10})
    faults = [ValueError("busy")] * 2
    execution = loop(flaky, *faults, config={"on_error": "continue"})

    drain(later(10))

    assert [status for status, *_ in results(execution, "it")] == [
        "error",
        "succeeded",
        "succeeded",
    ]
    assert results(execution, "shown")[0][2]["failed"] == 1


def test_a_borne_error_is_no_failure_of_the_round(loop):
    flaky = node("flaky", "x", "it", on_error="continue")
    execution = loop(flaky, Failed("no"))

    assert [status for status, *_ in results(execution, "it")] == [
        "continued",
        "succeeded",
        "succeeded",
    ]
    assert results(execution, "shown")[0][2]["failed"] == 0


def test_a_loop_may_bear_the_error_of_its_body(loop):
    flaky = node("flaky", "x", "it")
    execution = loop(flaky, ValueError("busy"), on_error="continue")

    message = "In round 1: it: ValueError: busy"
    shown = {"error": {"message": message, "type": "ValueError"}}
    assert results(execution, "each") == [("continued", 1, shown)]
    assert results(execution, "shown")[0][2] == shown


def test_a_loop_that_is_tried_again_begins_with_its_first_round(loop):
    execution = loop(
        node("flaky", "{{ loop.item }}", "it"),
        *[ValueError("busy")],
        retry=RETRY,
    )
    assert results(execution, "each")[0][:2] == ("retrying", 1)
    forget_compiled()

    drain(later(10))

    assert results(execution, "each")[0][:2] == ("succeeded", 2)
    assert [result for *_, result in results(execution, "it")] == [None, 0, 1, 2]
    assert execution.status == "succeeded"


def test_a_loop_is_held_to_its_time_limit_after_each_round(make_version, run):
    version = make_version(
        {
            "key": "each",
            "type": "loop",
            "config": {"items": 3},
            "timeout": 90,
            "branches": {"body": [node("pause", "x", "it")]},
        }
    )
    execution = run(version)
    drain(later(60))
    drain(later(120))

    execution.refresh_from_db()
    assert execution.status == "error"
    assert execution.jobs.filter(node_key="it").count() == 2
    assert "the 90 seconds" in execution.reason
