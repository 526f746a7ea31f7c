"""Commands of the editor, as functions over definitions."""

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.nodes import node
from workflows import graph
from workflows.editor.commands import (
    Delete,
    Duplicate,
    Insert,
    Move,
    Paste,
    Rename,
    Toggle,
    Update,
    read,
)
from workflows.exceptions import CommandRefused


@pytest.fixture(autouse=True)
def types(nodes):
    """Register the types of these tests."""


def line(*nodes):
    return {"schema": 1, "nodes": list(nodes)}


def keys(definition):
    return [each["key"] for each in graph.walk(definition)]


FORKED = line(
    node("echo", key="first"),
    node("choose", branches={"yes": [node("echo", key="inner")], "no": []}),
    node("echo", "{{ nodes.inner }}", key="last"),
)


def test_inserted_node_has_the_defaults_of_its_type():
    done = Insert("echo", after="first").apply(FORKED)

    assert graph.find(done.definition, "echo") == node("echo")
    assert keys(done.definition) == ["first", "echo", "choose", "inner", "last"]
    assert done.focus == "echo"


def test_inserted_node_may_be_the_first_of_a_branch():
    done = Insert("echo", after="choose", branch="no").apply(FORKED)

    assert graph.find(done.definition, "choose")["branches"]["no"] == [node("echo")]


def test_node_moves_with_its_branches():
    done = Move("choose", after="").apply(FORKED)

    assert keys(done.definition) == ["choose", "inner", "first", "last"]


def test_node_that_moves_behind_itself_stays():
    assert Move("choose", after="choose").apply(FORKED).definition == FORKED


@pytest.mark.parametrize("branch", ["yes", "no"])
def test_node_does_not_move_into_itself(branch):
    with pytest.raises(CommandRefused, match="cannot go into itself"):
        Move("choose", after="choose", branch=branch).apply(FORKED)


def test_deleted_node_takes_its_branches_along():
    assert keys(Delete("choose").apply(FORKED).definition) == ["first", "last"]


def test_kept_branch_moves_up():
    done = Delete("choose", keep="yes").apply(FORKED)

    assert keys(done.definition) == ["first", "inner", "last"]


def test_duplicate_refers_to_itself_by_its_new_keys():
    inner = node("echo", key="inner")
    both = [inner, node("echo", "{{ nodes.inner + nodes.first }}", key="sum")]
    definition = line(node("echo", key="first"), node("choose", branches={"yes": both}))

    done = Duplicate("choose").apply(definition)

    assert keys(done.definition)[4:] == ["choose_2", "inner_2", "sum_2"]
    copied = graph.find(done.definition, "sum_2")["config"]["value"]
    assert copied == "{{ nodes.inner_2 + nodes.first }}"


def test_pasted_nodes_keep_their_keys_where_these_are_free():
    pasted = json.dumps([node("echo", key="first"), node("echo", key="other")])

    done = Paste(pasted, after="last").apply(FORKED)

    assert keys(done.definition)[-3:] == ["last", "first_2", "other"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '[{"key": 1}]', "[" * 9999])
def test_what_is_no_list_of_nodes_is_not_pasted(text):
    with pytest.raises(CommandRefused, match="no list of nodes"):
        Paste(text).apply(FORKED)


def test_too_much_is_not_pasted():
    with pytest.raises(CommandRefused, match="too much"):
        Paste("x" * 2_000_001).apply(FORKED)


def test_new_key_is_written_into_what_refers_to_it():
    done = Update("inner", {"key": "total", "title": "T"}).apply(FORKED)

    assert graph.find(done.definition, "last")["config"]["value"] == "{{ nodes.total }}"
    assert graph.find(done.definition, "total")["title"] == "T"


def test_key_that_is_taken_is_refused():
    with pytest.raises(CommandRefused, match="“first” is taken"):
        Update("inner", {"key": "first"}).apply(FORKED)


def test_title_and_switch_are_changed():
    renamed = Rename("first", "  Begin ").apply(FORKED).definition
    toggled = Toggle("first").apply(renamed).definition

    assert graph.find(toggled, "first")["title"] == "Begin"
    assert graph.find(toggled, "first")["disabled"] is True
    again = Toggle("first").apply(toggled).definition
    assert graph.find(again, "first")["disabled"] is False


@pytest.mark.parametrize(
    ("name", "sent", "reason"),
    [
        ("explode", {}, "no command “explode”"),
        ("insert", {"type": "nope"}, "no node type “nope”"),
        ("insert", {"type": "echo", "after": "x"}, "no node “x”"),
        ("insert", {"type": "echo", "after": "first", "branch": "y"}, "no branch “y”"),
        ("delete", {"key": "x"}, "no node “x”"),
        ("delete", {"key": "choose", "keep": "maybe"}, "no branch “maybe”"),
    ],
)
def test_what_makes_no_sense_is_refused(name, sent, reason):
    with pytest.raises(CommandRefused, match=reason):
        read(name, sent).apply(FORKED)


def commands(definition, draw):
    """Draw a command that fits a definition."""
    known = keys(definition)
    kind = draw(st.sampled_from([Insert, Move, Delete, Duplicate, Paste, Toggle]))
    key = draw(st.sampled_from(known or [""]))
    after = draw(st.sampled_from(["", *known]))
    branch = draw(st.sampled_from(["", "yes", "no"]))
    pasted = json.dumps([graph.find(definition, key)]) if known else "[]"
    return {
        Insert: Insert(draw(st.sampled_from(["echo", "choose"])), after, branch),
        Move: Move(key, after, branch),
        Delete: Delete(key, keep=branch),
        Duplicate: Duplicate(key),
        Paste: Paste(pasted, after, branch),
        Toggle: Toggle(key),
    }[kind]


@given(st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_commands_leave_a_document_of_the_right_shape(data):
    definition = FORKED
    for _step in range(data.draw(st.integers(1, 8))):
        before = json.dumps(definition)
        command = commands(definition, data.draw)
        try:
            changed = command.apply(definition).definition
        except CommandRefused:
            changed = definition
        assert json.dumps(definition) == before
        assert graph.check(changed) == []
        definition = changed
