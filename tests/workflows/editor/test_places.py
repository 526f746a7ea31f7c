"""Places at which a node would lose what it reads, or be read in vain."""

import pytest

from tests.nodes import node
from workflows.editor.places import risks_of_moving, risks_of_pasting

pytestmark = pytest.mark.usefixtures("nodes")


def document(*nodes):
    return {"schema": 1, "nodes": list(nodes)}


def loop(key, *body, config=None):
    branches = {"body": list(body)}
    return {"key": key, "type": "loop", "config": config or {}, "branches": branches}


def choose(key, **branches):
    return {"key": key, "type": "choose", "config": {}, "branches": branches}


def test_a_reader_must_stay_behind_what_it_reads():
    whole = document(
        node("echo", 1, "a", title="First"),
        node("echo", "{{ nodes.a + 1 }}", "b"),
        node("echo", 1, "c"),
    )

    risks = risks_of_moving(whole, "b")

    assert list(risks) == [("", "")]
    assert "It reads “First”" in risks["", ""]


def test_what_is_read_must_stay_before_its_reader():
    whole = document(
        node("echo", 1, "a"),
        choose("if", yes=[], no=[]),
        node("echo", '{{ nodes["a"] }}', "b", title="Reader"),
    )

    risks = risks_of_moving(whole, "a")

    assert set(risks) == {("if", "yes"), ("if", "no"), ("b", "")}
    assert all("“Reader” reads it" in reason for reason in risks.values())


def test_a_condition_knows_nothing_of_its_branches():
    reader = {**choose("if", yes=[], no=[]), "config": {"value": "{{ nodes.a }}"}}

    risks = risks_of_moving(document(node("echo", 1, "a"), reader), "a")

    assert set(risks) == {("if", "yes"), ("if", "no"), ("if", "")}


def test_a_loop_may_ask_its_body():
    asks = {"items": [1], "until": "{{ nodes.a }}"}
    whole = document(loop("l", node("echo", 1, "a"), node("echo", 1, "b"), config=asks))

    assert set(risks_of_moving(whole, "a")) == {("l", "")}


def test_nodes_inside_what_is_moved_read_each_other_anywhere():
    inner = choose("if", yes=[node("echo", "{{ nodes.if }}", "x")])
    whole = document(inner, node("echo", 1, "b"))

    assert risks_of_moving(whole, "if") == {}


def test_a_reader_inside_what_is_moved_counts():
    inner = choose("if", yes=[node("echo", "{{ nodes.a }}", "x")])

    assert set(risks_of_moving(document(node("echo", 1, "a"), inner), "if")) == {
        ("", "")
    }


def test_what_was_lost_before_is_no_new_risk():
    whole = document(node("echo", "{{ nodes.nope }}", "a"), node("echo", 1, "b"))

    assert risks_of_moving(whole, "a") == {}


def test_rounds_are_known_in_loops_only():
    whole = document(loop("l", node("echo", "{{ loop.item }}", "x")), loop("m"))

    risks = risks_of_moving(whole, "x")

    assert set(risks) == {("", ""), ("l", ""), ("m", "")}
    assert "round of a loop" in risks["l", ""]


def test_variables_must_be_set_before():
    values = {"key": "v", "type": "variables", "config": {"set": {"sum": 1}}}
    whole = document(values, node("echo", "{{ vars.sum }}", "x"))

    risks = risks_of_moving(whole, "x")

    assert list(risks) == [("", "")]
    assert "variable “sum”" in risks["", ""]


def test_copied_nodes_read_what_is_there():
    copied = [node("echo", "{{ nodes.b }} {{ trigger.date }}", "x")]
    whole = document(node("echo", 1, "a"), node("echo", 1, "b"))

    assert set(risks_of_pasting(whole, copied)) == {("", ""), ("a", "")}
    assert risks_of_pasting(whole, [node("echo", 1, "y")]) == {}


def test_a_text_without_braces_reads_nothing():
    whole = document(node("echo", 1, "a"), node("echo", "nodes.a", "b"))

    assert risks_of_moving(whole, "b") == {}


def test_an_unknown_node_has_no_places():
    with pytest.raises(KeyError, match="nix"):
        risks_of_moving(document(), "nix")
