"""The loop node: what it goes over, and what ends it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from handlers.nodes.loop import Loop
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems
from tests.nodes import node
from workflows import services
from workflows.models import Category, Job

FAILS_ON_2 = "{{ 1 / (loop.item - 2) }}"


def loop(items=3, body=None, key="loop", **config):
    body = [node("echo", "{{ loop.item }}", "a")] if body is None else body
    config = {"items": items, **config} if items is not None else config
    return {"key": key, "type": "loop", "config": config, "branches": {"body": body}}


def results(execution, key="a"):
    jobs = execution.jobs.filter(node_key=key).order_by("number")
    return list(jobs.values_list("result", flat=True))


def ended(execution, key="loop"):
    return execution.jobs.get(node_key=key).result


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (3, [0, 1, 2]),
        (Decimal(2), [0, 1]),
        (["x", None, {"y": 1}], ["x", None, {"y": 1}]),
        ("aé\N{GRINNING FACE}", ["a", "é", "\N{GRINNING FACE}"]),
        ({"b": 1, "a": 2}, [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        (0, []),
        ([], []),
        (None, []),
    ],
)
def test_each_item_has_its_round(make_version, items, expected):
    version = make_version(loop("{{ trigger.data }}"))
    event = services.Event(version.workflow_id, version.pk, "k", {"data": items})

    services.start(event, NOW)
    drain()

    execution = version.executions.get()
    assert (execution.status, results(execution)) == ("succeeded", expected)
    assert ended(execution) == {"rounds": len(expected), "failed": 0, "stopped": ""}


@pytest.mark.parametrize("items", [-1, 1.5, True, NOW, float(2**70)])
def test_what_has_no_items_is_an_error_with_a_sentence(make_version, items):
    version = make_version(loop("{{ trigger.data }}"))
    event = services.Event(version.workflow_id, version.pk, "k", {"data": items})

    services.start(event, NOW)
    drain()

    execution = version.executions.get()
    assert execution.status == "error"
    assert execution.reason.startswith("loop: A loop cannot go over")


def test_index_and_length_are_known_in_the_body(make_version, run):
    value = "{{ loop.index ~ '/' ~ loop.length ~ loop.item }}"

    execution = run(make_version(loop(["x", "y"], [node("echo", value, "a")])))

    assert results(execution) == ["0/2x", "1/2y"]


def test_what_follows_sees_the_result_of_the_loop(make_version, run):
    after = node("echo", "{{ nodes.loop.rounds }}", "after")

    assert results(run(make_version(loop(2), after)), "after") == [2]


def test_loops_in_loops_know_both_items(make_version, run):
    value = "{{ loop.parent.item ~ loop.item }}"
    inner = loop(["x", "y"], [node("echo", value, "a")], "inner")

    execution = run(make_version(loop(["1", "2"], [inner])))

    assert results(execution) == ["1x", "1y", "2x", "2y"]
    rounds = execution.jobs.order_by("number").values_list("node_key", "round")
    assert list(rounds) == [
        ("loop", ""),
        *[("inner", "1"), ("a", "1.1"), ("a", "1.2")],
        *[("inner", "2"), ("a", "2.1"), ("a", "2.2")],
    ]


def test_the_inner_loop_may_go_over_the_item_of_the_outer(make_version, run):
    inner = loop("{{ loop.item }}", key="inner")

    assert results(run(make_version(loop([["x"], ["y", "z"]], [inner])))) == [*"xyz"]


def test_a_body_without_nodes_has_its_rounds(make_version, run):
    assert ended(run(make_version(loop(5, []))))["rounds"] == 5


def test_a_condition_before_each_round_ends_the_loop(make_version, run):
    version = make_version(loop([1, 2, 9, 3], condition="{{ loop.item < 5 }}"))

    execution = run(version)

    assert results(execution) == [1, 2]
    assert ended(execution) == {"rounds": 2, "failed": 0, "stopped": "condition"}


def test_a_condition_after_each_round_sees_what_the_body_gave(make_version, run):
    asked = {"condition": "{{ nodes.a < 2 }}", "check": "after"}

    assert results(run(make_version(loop([1, 2, 3], **asked)))) == [1, 2]


def test_a_condition_in_an_inner_loop_sees_the_outer(make_version, run):
    inner = loop(9, key="inner", condition="{{ loop.index < loop.parent.item }}")

    assert results(run(make_version(loop([1, 2], [inner])))) == [0, 0, 1]


def test_a_condition_that_is_no_truth_value_is_an_error(make_version, run):
    execution = run(make_version(loop(condition="{{ loop.index }}")))

    assert execution.reason.startswith("loop: The condition gave '0' (int);")


def test_a_failure_ends_the_execution_as_the_node_did(make_version, run):
    execution = run(make_version(loop([1, 2], [node("echo", FAILS_ON_2, "a")])))

    job = execution.jobs.get(node_key="loop")
    assert (execution.status, job.status) == ("error", "error")
    assert execution.reason.startswith("a: ")
    assert job.error == f"In round 2: {execution.reason}"
    assert [frame["index"] for frame in execution.frames] == [1]


@pytest.mark.parametrize(
    ("policy", "expected", "stopped", "rounds"),
    [("break", [-1.0], "error", 2), ("continue", [-1.0, 1.0], "", 3)],
)
def test_a_failure_breaks_the_loop_or_its_round(
    make_version, run, policy, expected, stopped, rounds
):
    body = [node("echo", FAILS_ON_2, "a"), node("echo", 1, "b")]
    version = make_version(loop([1, 2, 3], body, on_error=policy), node("echo", 7, "c"))

    execution = run(version)

    done = execution.jobs.filter(node_key="a", status="succeeded")
    assert list(done.values_list("result", flat=True)) == expected
    assert ended(execution) == {"rounds": rounds, "failed": 1, "stopped": stopped}
    assert (execution.status, results(execution, "c")) == ("succeeded", [7])
    assert len(results(execution, "b")) == len(expected)


def test_a_node_that_says_no_is_a_failure_of_its_round_too(make_version, run):
    execution = run(make_version(loop(2, [node("refuse")], on_error="continue")))

    assert (execution.status, ended(execution)["failed"]) == ("succeeded", 2)


def test_a_failure_goes_through_an_inner_loop_to_the_outer(make_version, run):
    inner = loop([1, 2], [node("echo", FAILS_ON_2, "a")], "inner")

    execution = run(make_version(loop(2, [inner], on_error="continue")))

    assert (execution.status, ended(execution)["failed"]) == ("succeeded", 2)
    inner_jobs = execution.jobs.filter(node_key="inner")
    assert set(inner_jobs.values_list("status", flat=True)) == {"error"}


def test_an_end_node_in_the_body_ends_all(make_version, run):
    execution = run(make_version(loop(5, [node("stop")]), node("echo")))

    assert (execution.status, execution.jobs.count()) == ("succeeded", 2)
    assert execution.jobs.get(node_key="loop").status == "cancelled"
    assert execution.frames is None


def test_too_many_rounds_fail_before_the_first(make_version, run):
    execution = run(make_version(loop(4, limit=3)))

    assert (execution.status, results(execution)) == ("failed", [])
    assert "more than the limit of 3" in execution.reason


def test_what_is_over_the_limit_can_be_left_out(make_version, run):
    execution = run(make_version(loop(4, limit=3, at_limit="cut")))

    assert results(execution) == [0, 1, 2]
    assert ended(execution) == {"rounds": 3, "failed": 0, "stopped": "limit"}
    assert execution.jobs.get(node_key="loop").log == (
        "The limit was reached; some are left."
    )


def test_an_unstored_limit_is_ten_thousand(make_version, run):
    assert "limit of 10000" in run(make_version(loop(10_001))).reason


def test_the_order_of_an_object_outlives_a_wait(make_version):
    body = [node("pause"), node("echo", "{{ loop.item.key }}", "a")]
    version = make_version(loop("{{ trigger.data }}", body))
    data = dict.fromkeys(["long key", "b", "a", "middle"], 1)
    event = services.Event(version.workflow_id, version.pk, "k", {"data": data})

    services.start(event, NOW)
    for minute in range(5):
        drain(NOW + timedelta(minutes=minute))

    assert results(version.executions.get()) == ["a", "b", "long key", "middle"]


RECORDS = {"over": "records", "collection": "workflows.category", "page_size": 2}
NAME = "{{ loop.item.name }}"


def test_records_are_read_by_a_filter(make_version, run, categories):
    rule = {"field": "name", "op": "ne", "value": "Stock"}
    records = {**RECORDS, "filter": {"rules": [rule]}}

    execution = run(make_version(loop(None, [node("echo", NAME, "a")], **records)))

    assert results(execution) == ["Orders", "Mail"]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_of_any_size_give_each_record_once(make_version, run, categories, size):
    records = {**RECORDS, "page_size": size}

    execution = run(make_version(loop(None, [node("echo", NAME, "a")], **records)))

    assert results(execution) == ["Orders", "Stock", "Mail"]


def test_records_that_the_body_adds_are_left_out(make_version, run, categories):
    body = [node("write", "{{ loop.item.name ~ '+' }}", "a")]

    execution = run(make_version(loop(None, body, **RECORDS)))

    assert results(execution) == ["Orders+", "Stock+", "Mail+"]
    assert Category.objects.count() == 6


def test_a_collection_without_records_has_no_rounds(make_version, run, allowed, db):
    assert ended(run(make_version(loop(None, **RECORDS))))["rounds"] == 0


def test_records_go_on_behind_the_last_after_a_wait(make_version, run, categories):
    body = [node("pause"), node("echo", "{{ loop.item.name ~ loop.length }}", "a")]
    execution = run(make_version(loop(None, body, **RECORDS)))
    Category.objects.filter(name="Orders").delete()

    for _ in range(3):
        execution.refresh_from_db()
        drain(execution.due_at)

    assert results(execution) == ["Orders3", "Stock3", "Mail3"]
    assert not Job.objects.filter(status__in=["running", "waiting"]).exists()


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "items"),
        ({"over": "records"}, "collection"),
        ({"items": 1, "condition": "yes"}, "condition"),
        ({"items": 1, "limit": 0}, "limit"),
        ({"items": 1, "on_error": "shrug"}, "on_error"),
    ],
)
def test_form_names_what_is_wrong(config, field):
    assert list(problems(Loop, **config)) == [field]


def found(make_version, *nodes):
    return [
        (each.node, each.field) for each in services.problems_of(make_version(*nodes))
    ]


def test_loop_is_known_in_the_body_alone(make_version):
    after = node("echo", "{{ loop.item }}", "after")

    assert found(make_version, loop(), after) == [("after", "value")]


def test_a_parent_is_known_in_an_inner_loop_alone(make_version):
    value = [node("echo", "{{ loop.parent.item }}", "a")]
    inner = loop(3, [node("echo", "{{ loop.parent.index }}", "b")], "inner")

    assert found(make_version, loop(3, [*value, inner])) == [("a", "value")]


def test_a_loop_has_no_result_in_its_own_body(make_version):
    body = [node("echo", "{{ nodes.loop.rounds }}", "a")]

    assert found(make_version, loop(3, body)) == [("a", "value")]


def test_a_condition_knows_the_body_and_what_it_goes_over_does_not(make_version):
    known = loop(3, condition="{{ nodes.a and loop.index }}")
    unknown = loop("{{ loop.item }}", [node("echo", 1, "b")], "other")

    assert found(make_version, known, unknown) == [("other", "items")]


def test_loops_may_be_nested_ten_deep(make_version):
    deep = loop(1, [], "l10")
    for number in reversed(range(10)):
        deep = loop(1, [deep], f"l{number}")

    assert found(make_version, deep) == [("l10", "")]
