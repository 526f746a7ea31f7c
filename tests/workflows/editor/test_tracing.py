"""What became of the nodes of an execution: states, rounds, and the path taken."""

import pytest

from tests.conftest import NOW, drain
from tests.handlers.nodes.test_loop import loop
from tests.handlers.nodes.test_parallel import parallel
from tests.nodes import node
from workflows import services
from workflows.editor.tracing import Path, Rounds, branches_at, rounds_of, traces_of
from workflows.models import Execution


@pytest.fixture
def ran(make_version, run):
    return lambda *nodes: run(make_version(*nodes))


def choose(value, key="choose", **branches):
    return node("choose", value, key, branches=branches)


def taken(execution):
    path = Path(execution, traces_of(execution))
    return path.follow(execution.version.definition, began=True)


def rounds(execution):
    definition = execution.version.definition
    return rounds_of(definition, execution, traces_of(execution))


def test_each_node_has_its_latest_job_and_how_many(ran):
    traces = traces_of(ran(loop(3, [node("echo", 1, "a")]), node("boom")))

    assert {key: each.runs for key, each in traces.items()} == {
        "loop": 1,
        "a": 3,
        "boom": 1,
    }
    assert (traces["a"].round, traces["boom"].status) == ("3", "error")


def test_failed_runs_are_counted(ran):
    body = [node("echo", "{{ 1 / (loop.item - 1) }}", "a")]

    traces = traces_of(ran(loop(3, body, on_error="continue")))

    assert (traces["a"].runs, traces["a"].wrong) == (3, 1)


def test_two_statements_are_enough(ran, django_assert_num_queries):
    execution = ran(loop(30, [node("echo", 1, "a")]))

    with django_assert_num_queries(2):
        traces_of(execution)


def test_loop_under_way_knows_its_round_and_how_many_there_are(ran):
    assert rounds(ran(loop(9, [node("pause", "for ever")]))) == {"loop": Rounds(1, 9)}


def test_loop_that_failed_knows_them_too(ran):
    body = [node("echo", "{{ 1 / (loop.item - 2) }}", "a")]

    assert rounds(ran(loop(9, body))) == {"loop": Rounds(3, 9)}


def test_loop_that_ended_knows_how_many_it_had(ran):
    assert rounds(ran(loop(4))) == {"loop": Rounds(4)}


def test_branches_of_a_fork_are_known_while_it_is_under_way(ran):
    execution = ran(parallel(one=[node("echo", 1, "a")], two=[node("pause")]))

    branches = branches_at(execution, "p")

    assert branches["one"]["end"] is True
    assert "end" not in branches["two"]
    assert branches_at(execution, "other") == {}


def test_path_goes_through_the_branch_that_was_taken(ran):
    no = [node("echo", 1, "b")]
    first = choose("{{ true }}", yes=[node("echo", 1, "a")], no=no)

    assert taken(ran(first, node("echo", 1, "last"))) == {
        ("", ""),
        ("choose", "yes"),
        ("a", ""),
        ("choose", ""),
        ("last", ""),
    }


def test_path_goes_through_an_empty_branch(ran):
    first = choose("{{ false }}", yes=[node("echo", 1, "a")])

    assert ("choose", "no") in taken(ran(first, node("echo", 1, "last")))


def test_path_ends_where_the_execution_failed(ran):
    first = choose("{{ true }}", yes=[node("echo", 1, "a"), node("boom")])

    assert taken(ran(first, node("echo", 1, "last"))) == {
        ("", ""),
        ("choose", "yes"),
        ("a", ""),
    }


def test_path_ends_at_an_end(ran):
    first = choose("{{ true }}", yes=[node("stop")])

    assert taken(ran(first, node("echo", 1, "last"))) == {("", ""), ("choose", "yes")}


def test_path_goes_into_loops_and_all_branches_of_forks(ran):
    inner = parallel(one=[node("echo", 1, "a")], two=[node("echo", 1, "b")])

    path = taken(ran(loop(2, [inner])))

    assert {("loop", "body"), ("p", "one"), ("p", "two"), ("loop", "")} <= path


def test_nothing_was_taken_before_the_start(make_version):
    execution = services.run_manually(make_version(node("echo")), {}, NOW)
    path = Path(execution, traces_of(execution))

    assert path.follow(execution.version.definition, began=False) == set()


def test_path_goes_on_while_it_runs(ran):
    execution = ran(node("echo", 1, "a"), node("pause"), node("echo", 1, "b"))
    assert taken(execution) == {("", ""), ("a", "")}

    drain(execution.due_at)

    assert ("b", "") in taken(Execution.objects.get())
