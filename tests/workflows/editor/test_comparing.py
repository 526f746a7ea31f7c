"""What differs between two definitions."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.nodes import node
from tests.workflows.editor.test_commands import FORKED, commands, line
from workflows import graph
from workflows.editor.comparing import Difference, compare, text_lines
from workflows.exceptions import CommandRefused


@pytest.fixture(autouse=True)
def types(nodes):
    """Register the types of these tests."""


def kinds(old, new):
    return {change.key: change.kind for change in compare(old, new).changes}


def test_equal_definitions_have_no_differences():
    assert kinds(FORKED, copy.deepcopy(FORKED)) == {}


def test_added_and_removed_nodes_are_told():
    new = line(node("echo", key="first"), node("echo", key="new"))

    assert kinds(line(node("echo", key="first"), node("choose")), new) == {
        "choose": "removed",
        "new": "added",
    }


def test_changed_setting_is_told_with_both_values():
    old, new = (
        line(node("echo", {"a": 1, "b": 2})),
        line(node("echo", {"a": 1, "b": 3})),
    )

    [change] = compare(old, new).changes
    assert change.kind == "changed"
    assert change.differences == (Difference("config.value.b", 2, 3),)


def test_node_in_another_line_is_moved():
    new = graph.move(FORKED, "inner", after="first", branch="")

    assert kinds(FORKED, new) == {"inner": "moved"}


def test_only_the_node_that_moved_is_told():
    nodes = [node("echo", key=key) for key in "abcd"]
    new = [nodes[3], *nodes[:3]]

    assert kinds(line(*nodes), line(*new)) == {"d": "moved"}


def test_empty_properties_are_no_difference():
    old = line({"key": "a", "type": "echo", "config": {}})
    new = line({**old["nodes"][0], "title": "", "disabled": False, "branches": {}})

    assert kinds(old, new) == {}


def test_what_has_no_shape_is_not_compared():
    assert kinds({"nodes": "?"}, FORKED) == {}


def test_text_shows_lines_with_what_is_around_them():
    lines = text_lines({"a": 1, "b": 2}, {"a": 1, "b": 3})

    assert ("remove", '  "b": 2') in lines
    assert ("add", '  "b": 3') in lines
    assert ("same", '  "a": 1,') in lines
    assert text_lines({}, {}) == []


@given(st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_command_that_changes_something_is_seen(data):
    try:
        changed = commands(FORKED, data.draw).apply(FORKED).definition
    except CommandRefused:
        return
    is_empty = not compare(FORKED, changed).changes
    assert is_empty is (text_lines(FORKED, changed) == [])
