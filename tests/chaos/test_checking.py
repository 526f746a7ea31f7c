"""The check finds what a campaign must never leave: each fault is planted once."""

from dataclasses import replace

import pytest

from tests.chaos.checking import Execution, Found, Job, Line, check
from tests.chaos.recipes import KILLED

MOMENT = "2026-11-22T09:00:00+00:00"


def clean():
    """Make what a campaign without faults finds."""
    return Found(
        asked=[("chaos-1", "mixed"), ("chaos-2", "segfault")],
        owed={"second": [MOMENT]},
        executions=[
            Execution(1, "mixed", "chaos-1", "succeeded"),
            Execution(2, "segfault", "chaos-2", "error", KILLED),
            Execution(3, "second", "7@1", "succeeded", planned_at=MOMENT),
        ],
        jobs=[
            *(Job(1, node, "succeeded", 2 if node == "b" else 1) for node in "abcd"),
            Job(3, "a", "succeeded"),
        ],
        ledger=[(1, "a"), (1, "d"), (3, "a")],
        journal=[Line(1, "b", "1-b-2", 1), Line(1, "b", "1-b-2", 2)],
    )


def faults(**changes):
    return check(replace(clean(), **changes))


def without(rows, number):
    return [row for index, row in enumerate(rows) if index != number]


def test_nothing_is_found_where_nothing_is_wrong():
    assert check(clean()) == []


def test_a_lost_execution():
    found = without(clean().executions, 1)

    assert faults(executions=found) == [
        "Event chaos-2 of 'segfault' has 0 executions.",
    ]


def test_two_executions_of_an_event_that_nobody_asked_for():
    extra = Execution(4, "segfault", "by hand", "error", KILLED)

    found = faults(executions=[*clean().executions, extra, replace(extra, pk=5)])

    assert found == ["Event by hand has 2 executions."]


def test_a_moment_without_an_execution():
    later = "2026-11-22T09:00:01+00:00"

    assert faults(owed={"second": [MOMENT, later]}) == [
        f"'second' lacks 1 of its moment {later}."
    ]


def test_a_moment_that_fired_twice():
    again = replace(clean().executions[2], pk=4, event_key="7@2", status="missed")

    assert faults(executions=[*clean().executions, again]) == [
        f"'second' fired 1 more than owed at {MOMENT}."
    ]


def test_a_moment_that_was_recorded_as_missed_is_settled():
    missed = replace(clean().executions[2], status="missed")
    rest = {"jobs": clean().jobs[:-1], "ledger": clean().ledger[:-1]}

    assert faults(executions=[*clean().executions[:2], missed], **rest) == []


@pytest.mark.parametrize("status", ["queued", "running", "waiting"])
def test_an_execution_that_hangs(status):
    hanging = replace(clean().executions[1], status=status)

    assert faults(executions=[*without(clean().executions, 1), hanging]) == [
        f"Execution 2 of 'segfault' did not end: it is {status}."
    ]


def test_poison_that_succeeds():
    well = replace(clean().executions[1], status="failed", reason="")

    assert faults(executions=[*without(clean().executions, 1), well]) == [
        "Execution 2 of 'segfault' ended as failed (), not as error."
    ]


def test_an_innocent_that_is_taken_for_poison():
    innocent = Execution(4, "quick", "by hand", "error", KILLED)
    executions = [*clean().executions, innocent]

    assert faults(executions=executions, hits={4: 2}) == [
        f"Execution 4 of 'quick' ended as error ({KILLED}), not as succeeded."
    ]
    assert faults(executions=executions, hits={4: 3}) == []
    assert faults(executions=executions, hits={4: 2}, blind=1) == []


def test_an_effect_that_happened_twice():
    assert faults(ledger=[*clean().ledger, (1, "a")]) == [
        "Execution 1 of 'mixed' wrote 2 rows in node a and has 1 jobs of it."
    ]


def test_an_effect_that_was_repeated_with_its_job():
    twice = {"jobs": [*clean().jobs, Job(1, "a", "succeeded")]}

    found = faults(ledger=[*clean().ledger, (1, "a")], **twice)

    assert "Execution 1 of 'mixed' did node a 2 times." in found
    assert len(found) == 2


def test_an_effect_that_never_happened():
    assert faults(ledger=without(clean().ledger, 0)) == [
        "Execution 1 of 'mixed' wrote 0 rows in node a and has 1 jobs of it."
    ]


def test_an_effect_of_what_was_rolled_back():
    assert faults(ledger=[*clean().ledger, (2, "a")]) == [
        "Execution 2 of 'segfault' wrote 1 rows in node a and has 0 jobs of it."
    ]


def test_an_effect_of_nobody():
    assert faults(ledger=[*clean().ledger, (9, "a")]) == [
        "A row was written by node a of 9, which is not there."
    ]


def test_a_success_that_left_a_node_out():
    assert faults(jobs=without(clean().jobs, 2)) == [
        "Execution 1 of 'mixed' succeeded with the jobs ['a', 'b', 'd']."
    ]


def test_a_call_that_never_happened():
    assert faults(journal=[]) == [
        "Execution 1 of 'mixed' has a result of node b, which never called."
    ]


def test_a_call_with_another_key():
    first, second = clean().journal

    assert faults(journal=[first, replace(second, key="1-b-3")]) == [
        "Execution 1 of 'mixed' called in node b with different keys."
    ]


def test_a_call_that_was_not_written_down_before():
    third = replace(clean().journal[1], attempt=3)

    assert faults(journal=[*clean().journal, third]) == [
        "Execution 1 of 'mixed' called 3 times in node b, begun 2 times."
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"connections": (10, 17)}, "There were 10 connections before and 17 after."),
        ({"messages": 26}, "26 messages wait."),
        ({"orphans": ["runcluster"]}, "A process is left: runcluster."),
        ({"conduct": ["It did not stop."]}, "It did not stop."),
    ],
)
def test_what_is_left_behind(change, sentence):
    assert faults(**change) == [sentence]
