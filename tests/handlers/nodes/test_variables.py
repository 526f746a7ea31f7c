"""Variables: set and changed, in loops and over waits and crashes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from handlers.nodes.variables import CannotAdd, CannotChange, Variables
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems, run_node, shape
from tests.handlers.nodes.test_loop import loop
from tests.nodes import Boom, node, registered
from tests.workflows.engine.test_bodies import after
from workflows import services
from workflows.engine import Drain, drain as draining
from workflows.engine.claims import release_all
from workflows.services.validation import definition_problems

SHOWN = "{{ vars }}"


def variables(key="variables", **config):
    return {"key": key, "type": "variables", "config": config}


def changed(known, **config):
    return run_node(Variables, {"vars": known}, **config).result


@pytest.mark.parametrize(
    ("known", "config", "result"),
    [
        ({}, {"set": {"a": 1, "b": [2]}}, {"a": 1, "b": [2]}),
        ({"a": "x"}, {"set": {"a": "{{ vars.a ~ 'y' }}"}}, {"a": "xy"}),
        ({"a": 1}, {"set": {"a": None}}, {"a": None}),
        ({"a": 1}, {"add": {"a": 2}}, {"a": 3}),
        ({}, {"add": {"a": -2}}, {"a": -2}),
        ({"a": Decimal("1.10")}, {"add": {"a": 0.2}}, {"a": Decimal("1.30")}),
        ({"a": [1]}, {"append": {"a": [2]}}, {"a": [1, [2]]}),
        ({}, {"append": {"a": "x"}}, {"a": ["x"]}),
        ({"a": {"x": 1, "y": 1}}, {"merge": {"a": {"y": 2}}}, {"a": {"x": 1, "y": 2}}),
        ({}, {"merge": {"a": {"y": 2}}}, {"a": {"y": 2}}),
        ({"b": 9}, {"set": {"a": 1}, "add": {"b": 1}}, {"a": 1, "b": 10}),
    ],
)
def test_change_gives_what_was_changed(known, config, result):
    assert changed(known, **config) == result


def test_known_values_are_not_touched():
    known = {"a": [1], "b": {"x": 1}}

    changed(known, append={"a": 2}, merge={"b": {"y": 2}})

    assert known == {"a": [1], "b": {"x": 1}}


@pytest.mark.parametrize(
    ("known", "config", "error", "problem"),
    [
        ({"a": "x"}, {"add": {"a": 1}}, CannotChange, "'a' is 'x' .*numbers only"),
        ({"a": True}, {"add": {"a": 1}}, CannotChange, "'a' is 'True'"),
        ({}, {"add": {"a": "1"}}, CannotAdd, "'1' .str. cannot be added .* 'a'"),
        ({"a": 1}, {"append": {"a": 1}}, CannotChange, "only lists"),
        ({"a": [1]}, {"merge": {"a": {}}}, CannotChange, "into objects only"),
        ({}, {"merge": {"a": [1]}}, CannotAdd, "only objects can"),
    ],
)
def test_what_does_not_fit_is_told(known, config, error, problem):
    with pytest.raises(error, match=problem):
        changed(known, **config)


@pytest.mark.parametrize(
    ("config", "field", "problem"),
    [
        ({}, "set", "Name a variable"),
        ({"set": {"_a": 1}}, "set", "'_a' is no name"),
        ({"add": {"a-b": 1}}, "add", "'a-b' is no name"),
        ({"append": {"": 1}}, "append", "'' is no name"),
        ({"set": {"a": 1}, "add": {"a": 1}}, "add", "'a' is changed in two ways"),
        ({"set": [1]}, "set", "Enter a JSON object"),
        ({"set": "{{ nodes.a }}"}, "set", "Enter a"),
    ],
)
def test_wrong_settings_are_form_errors(config, field, problem):
    assert problem in problems(Variables, **config)[field]


def test_shape_has_the_names():
    config = {"set": {"a": 1}, "append": {"b": 1}}

    assert shape(Variables, **config) == ("object", {"a": "any", "b": "any"})


def shown(execution, key="echo"):
    jobs = execution.jobs.filter(node_key=key).order_by("number")
    return list(jobs.values_list("result", flat=True))


def test_later_nodes_see_all_of_them(make_version, run):
    version = make_version(
        variables("one", set={"a": 1, "b": 1}),
        variables("two", add={"b": 1}),
        node("echo", SHOWN),
    )

    assert shown(run(version)) == [{"a": 1, "b": 2}]


def test_they_outlive_a_wait(make_version, run):
    version = make_version(
        variables("one", set={"a": Decimal("1.50"), "at": NOW.isoformat()}),
        node("pause"),
        variables("two", add={"a": 1}),
        node("echo", SHOWN),
    )

    execution = run(version)
    drain(NOW + timedelta(hours=1))

    assert shown(execution) == [{"a": Decimal("2.50"), "at": NOW.isoformat()}]


def test_rounds_add_up(make_version, run):
    item = "{{ loop.item }}"
    more = variables("sum", add={"n": item}, append={"all": item})
    body = [more, node("pause"), node("echo", SHOWN)]
    version = make_version(variables("first", set={"n": 100}), loop([1, 2, 3], body))
    execution = run(version)

    for minute in range(1, 5):
        drain(NOW + timedelta(minutes=minute))

    assert shown(execution)[-1] == {"n": 106, "all": [1, 2, 3]}
    assert execution.jobs.filter(node_key="sum").count() == 3


def test_the_latest_node_wins_after_a_reload(make_version, run):
    both = [variables("a", set={"x": "a"}), variables("b", set={"x": "b"})]
    version = make_version(loop([1, 2], [*both, node("pause")]), node("echo", SHOWN))
    execution = run(version)

    for minute in range(1, 4):
        drain(NOW + timedelta(minutes=minute))

    assert shown(execution) == [{"x": "b"}]


def test_a_worker_that_dies_loses_none(make_version, monkeypatch):
    monkeypatch.setattr(draining, "GROUP_TIME", 0)
    body = [variables("sum", add={"n": "{{ loop.item }}"})]
    version = make_version(loop(list(range(1, 8)), body), node("echo", SHOWN))
    execution = services.run_manually(version, {}, NOW)

    for owner in range(70, 100):
        Drain(owner, lambda: NOW, halted=after(4, lambda: True)).run()
        release_all(owner, NOW)

    assert shown(execution) == [{"n": 28}]
    assert execution.jobs.filter(node_key="sum").count() == 7


def test_too_much_is_an_error_and_not_cut(make_version, run, settings):
    settings.WORKFLOWS = {"RESULT_LIMIT": 1_000}
    version = make_version(variables(set={"a": "x" * 2_000}), node("echo", SHOWN))

    execution = run(version)

    assert execution.status == "error"
    assert "would have 2009 characters, more than 1000" in execution.reason


A, READS_A = variables(set={"a": 1}), node("echo", "{{ vars.a }}")


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        ([READS_A, A], "sets the variable 'a'"),
        ([A, node("echo", "{{ vars.ab }}")], "the variable 'ab'. Did you mean 'a'"),
        ([variables(set={"a": "{{ vars.a }}"})], "sets the variable 'a'"),
        ([A, node("echo", SHOWN)], ""),
        ([loop([1], [READS_A, A])], ""),
        ([loop([1], [A]), READS_A], ""),
        ([{**A, "disabled": True}, READS_A], "sets the variable 'a'"),
    ],
)
def test_names_are_checked_before_anything_runs(nodes, problem):
    definition = {"schema": 1, "nodes": nodes}

    with registered():
        found = " ".join(map(str, definition_problems(definition)))

    assert (problem in found) if problem else not found


def test_a_failed_node_changes_nothing(make_version, run):
    config = {"set": {"a": 2}, "add": {"b": "x"}}
    version = make_version(variables("one", set={"a": 1}), variables("two", **config))

    execution = run(version)

    assert execution.status == "error"
    assert execution.jobs.get(node_key="two").result is None


def test_a_failure_goes_on_with_what_was_set(make_version, run):
    body = [variables("sum", add={"n": 1}), node(Boom.type)]
    version = make_version(loop([1, 2], body, on_error="continue"), node("echo", SHOWN))

    assert shown(run(version)) == [{"n": 2}]


def test_what_goes_on_after_its_error_keeps_what_was_set(make_version, run):
    sums = variables("sum", add={"n": "{{ loop.item }}"})
    body = [{**sums, "on_error": "continue"}, node("pause")]
    version = make_version(loop([1, "x", 2, "y"], body), node("echo", SHOWN))
    execution = run(version)

    for minute in range(1, 6):
        drain(NOW + timedelta(minutes=minute))

    assert shown(execution) == [{"n": 3}]
