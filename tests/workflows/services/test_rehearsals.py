"""A version that is tested runs as in the engine, and leaves nothing behind."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.nodes import Flaky, Outside, node
from workflows import services
from workflows.contracts import Failed
from workflows.engine import rehearsing
from workflows.exceptions import InvalidDefinition
from workflows.models import Category, Execution, Job, Rehearsal
from workflows.services import Given, Play

CONTEXT = {"data": {"total": Decimal("1.50")}, "date": NOW}


def clock():
    return NOW


@pytest.fixture
def rehearse(nodes):
    """Test a version, and make sure that nobody can see it afterwards."""

    def rehearse(version, start="", *, acts=False, context=CONTEXT):
        before = counters(version)
        plan = services.plan_rehearsal(version, start)
        runs = Execution.objects.count(), Job.objects.count()
        play = Play(context, plan, acts=acts)
        made = services.rehearse_version(version, play, clock)
        assert counters(version) == before
        assert (Execution.objects.count(), Job.objects.count()) == runs
        return Rehearsal.objects.get(pk=made.pk)

    return rehearse


def counters(version):
    version.refresh_from_db()
    return version.revision, version.run_count, version.workflow.run_count


def told(test):
    """Say in one line how each node went."""
    steps = services.played_in(test)
    return [(step.key, step.way or step.status, step.result) for step in steps]


def test_all_nodes_run_with_the_results_of_the_earlier(make_version, rehearse):
    version = make_version(
        node("echo", "{{ trigger.data.total * 2 }}", "a"),
        node("echo", "{{ nodes.a + 1 }}", "b"),
    )

    made = rehearse(version)

    assert made.status == "succeeded"
    assert told(made) == [
        ("a", "succeeded", Decimal("3.00")),
        ("b", "succeeded", Decimal("4.00")),
    ]


def test_branches_are_taken_and_said(make_version, rehearse):
    inner = {"yes": [node("echo", 1, "in_yes")], "no": [node("echo", 2, "in_no")]}
    version = make_version(node("choose", 0, "if", branches=inner))

    made = rehearse(version)

    assert [key for key, _way, _result in told(made)] == ["if", "in_no"]
    assert services.played_in(made)[0].branch == "no"


def test_rounds_and_parallel_branches_run(make_version, rehearse):
    body = {"body": [node("echo", "{{ loop.item }}", "each")]}
    both = {"first": [node("echo", 1, "x")], "second": [node("echo", 2, "y")]}
    version = make_version(
        {"key": "l", "type": "loop", "config": {"items": [5, 6]}, "branches": body},
        {"key": "p", "type": "parallel", "branches": both},
    )

    made = rehearse(version)

    assert made.status == "succeeded"
    rounds = [(s.key, s.round) for s in services.played_in(made) if s.key == "each"]
    assert rounds == [("each", "1"), ("each", "2")]
    assert {"x", "y"} <= {step.key for step in services.played_in(made)}


def test_what_nodes_write_is_undone_and_seen_until_then(make_version, rehearse):
    version = make_version(
        node("write", "New", "w"), node("write", "bad", "b", on_error="continue")
    )

    made = rehearse(version)

    assert not Category.objects.exists()
    assert [way for _key, way, _result in told(made)] == ["succeeded", "continued"]


def test_a_node_that_raises_after_writing_ends_it(make_version, rehearse):
    version = make_version(node("echo", 1, "a"), node("write", "bad", "w"))

    made = rehearse(version)

    assert (made.status, made.reason) == ("error", "w: ValueError: bad")
    assert [key for key, _way, _result in told(made)] == ["a", "w"]
    assert not connection.needs_rollback


def test_nodes_that_act_outside_are_skipped_unless_they_are_to_act(
    make_version, rehearse
):
    version = make_version(node("outside", 7, "call"), node("echo", 1, "a"))

    assert told(rehearse(version))[0] == ("call", "untouched", None)
    assert not Outside.asked
    assert told(rehearse(version, acts=True))[0] == ("call", "succeeded", 7)
    assert len(Outside.asked) == 1


def test_each_test_names_its_effects_anew(make_version, rehearse):
    version = make_version(node("outside", 7, "call"))
    rehearse(version, acts=True)
    rehearse(version, acts=True)

    first, second = (each.idempotency_key for each in Outside.asked)
    assert first != second
    assert first.startswith("-")


def test_nodes_that_act_outside_are_listed_before(make_version):
    inner = {"yes": [node("outside", 1, "inner")]}
    version = make_version(
        node("outside", 1, "pinned"),
        node("choose", 1, "if", branches=inner),
        node("outside", 1, "off", disabled=True),
        node("pause", "for ever", "wait"),
    )
    services.pin(version, "pinned", Given(1))

    plan = services.plan_rehearsal(version)

    assert [each["key"] for each in plan.acting] == ["inner"]
    assert [each["key"] for each in plan.waiting] == ["wait"]


def test_a_pinned_node_does_not_run_and_gives_what_is_pinned(make_version, rehearse):
    inner = {"yes": [node("echo", 1, "in_yes")], "no": [node("echo", 2, "in_no")]}
    version = make_version(
        node("boom", "x", "b"),
        node("choose", 0, "if", branches=inner),
        node("echo", "{{ nodes.b.total }}", "e"),
    )
    services.pin(version, "b", Given({"total": 9}))
    services.pin(version, "if", Given(result=True, branch="yes"))

    assert told(rehearse(version)) == [
        ("b", "pinned", {"total": 9}),
        ("if", "pinned", True),
        ("in_yes", "succeeded", 1),
        ("e", "succeeded", 9),
    ]


def test_a_pinned_node_may_set_variables(make_version, rehearse):
    version = make_version(
        {"key": "v", "type": "variables", "config": {"set": {"a": 1}}},
        node("echo", "{{ vars.a }}", "e"),
    )
    services.pin(version, "v", Given({"a": 5}))

    assert told(rehearse(version))[1] == ("e", "succeeded", 5)


def test_a_pinned_loop_has_no_rounds(make_version, rehearse):
    body = {"body": [node("outside", 1, "each")]}
    loop = {"key": "l", "type": "loop", "config": {"items": [5]}, "branches": body}
    version = make_version(loop)
    services.pin(version, "l", Given({"rounds": 3}))

    assert services.plan_rehearsal(version).acting == []
    assert told(rehearse(version)) == [("l", "pinned", {"rounds": 3})]


def test_delays_are_not_waited_for(make_version, rehearse):
    made = rehearse(
        make_version(node("pause", "x", "p"), node("echo", "{{ now }}", "e"))
    )

    assert made.status == "succeeded"
    assert told(made)[1] == ("e", "succeeded", NOW + timedelta(minutes=1))


def test_a_retry_comes_at_once(make_version, rehearse):
    Flaky.troubles = [Failed("busy")]
    version = make_version(node("flaky", 3, "f", retry={"attempts": 3, "first": 60}))

    made = rehearse(version)

    assert told(made) == [("f", "succeeded", 3)]
    assert services.played_in(made)[0].attempt == 2


def test_it_ends_where_somebody_has_to_answer(make_version, rehearse):
    version = make_version(node("pause", "for ever", "p"), node("echo", 1, "e"))

    made = rehearse(version)

    assert made.status == "waiting"
    assert told(made) == [("p", "waiting", "waited")]


def test_it_ends_after_so_many_nodes(make_version, rehearse, monkeypatch):
    monkeypatch.setattr(rehearsing, "MOST_JOBS", 3)
    body = {"body": [node("echo", 1, "each")]}
    items = {"items": list(range(9))}

    made = rehearse(
        make_version({"key": "l", "type": "loop", "config": items, "branches": body})
    )

    assert made.status == "queued"


def test_a_wrong_node_is_an_error_of_its_own(make_version, rehearse):
    made = rehearse(make_version(node("echo", 1, "a"), {"key": "x", "type": "nix"}))

    assert made.status == "error"
    assert told(made)[0] == ("a", "succeeded", 1)


def test_nodes_without_shape_cannot_be_tested(make_version):
    version = make_version()
    version.definition = {"schema": 1, "nodes": [{"key": "a"}]}

    with pytest.raises(InvalidDefinition, match="type"):
        services.rehearse_version(version, Play(CONTEXT), clock)


# From a node on.


def test_it_goes_on_from_a_node_with_the_last_results(make_version, run, rehearse):
    version = make_version(
        node("echo", 4, "a"),
        node("echo", "{{ nodes.a + 1 }}", "b"),
        node("boom", 1, "c"),
    )
    run(version)

    made = rehearse(version, start="b")

    assert [key for key, _way, _result in told(made)] == ["b", "c"]
    assert told(made)[0] == ("b", "succeeded", 5)


def test_what_is_pinned_comes_before_what_was_last(make_version, run, rehearse):
    version = make_version(node("echo", 4, "a"), node("echo", "{{ nodes.a }}", "b"))
    run(version)
    services.pin(version, "a", Given(40))

    assert told(rehearse(version, start="b")) == [("b", "succeeded", 40)]


def test_the_last_test_knows_what_an_older_run_does_not(make_version, rehearse):
    version = make_version(node("echo", 4, "a"), node("echo", "{{ nodes.a }}", "b"))
    rehearse(version)

    plan = services.plan_rehearsal(version, "b")

    assert plan.known["a"].result == 4
    assert told(rehearse(version, start="b")) == [("b", "succeeded", 4)]


def test_it_says_what_is_not_known(make_version):
    version = make_version(node("echo", 4, "a"), node("echo", "{{ nodes.a }}", "b"))

    assert [n["key"] for n in services.plan_rehearsal(version, "b").unknown] == ["a"]


def test_a_disabled_node_is_known_to_give_nothing(make_version):
    version = make_version(node("echo", 4, "a", disabled=True), node("echo", 1, "b"))

    plan = services.plan_rehearsal(version, "b")

    assert (plan.known["a"].result, plan.unknown) == (None, [])


def test_runs_are_of_no_use_to_who_may_not_see_them(make_version, run):
    version = make_version(node("echo", 4, "a"), node("echo", 1, "b"))
    run(version)

    assert not services.plan_rehearsal(version, "b", sees_runs=False).known
    assert services.plan_rehearsal(version, "b").known


def test_from_inside_a_branch_it_goes_on_behind_it(make_version, rehearse):
    inner = {"yes": [node("echo", 1, "x"), node("echo", 2, "y")]}
    version = make_version(
        node("choose", 0, "if", branches=inner), node("echo", 3, "z")
    )

    made = rehearse(version, start="y")

    assert [key for key, _way, _result in told(made)] == ["y", "z"]


def test_from_inside_a_loop_it_begins_with_the_loop(make_version, rehearse):
    body = {"body": [node("echo", 1, "x"), node("echo", 2, "y")]}
    loop = {"key": "l", "type": "loop", "config": {"items": [5]}, "branches": body}
    version = make_version(node("boom", 1, "a"), loop)

    assert services.plan_rehearsal(version, "y").start == "l"
    assert [key for key, _way, _result in told(rehearse(version, start="y"))] == [
        "l",
        "x",
        "y",
    ]


def test_an_unknown_start_is_refused(make_version):
    with pytest.raises(KeyError, match="nix"):
        services.plan_rehearsal(make_version(), "nix")


def test_too_large_results_are_left_out(make_version, rehearse, monkeypatch):
    monkeypatch.setattr("workflows.services.rehearsals.MOST_KEPT", 100)

    made = rehearse(make_version(node("echo", "x" * 200, "a")))

    assert told(made) == [("a", "succeeded", None)]
