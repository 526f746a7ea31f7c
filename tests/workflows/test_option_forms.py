"""The form of the options of nodes, there and back."""

import pytest
from django.utils.functional import Promise

from workflows.graph import check
from workflows.node_options import NodeOptions
from workflows.option_forms import NodeOptionsForm

FULL = {
    "retry": {"attempts": 5, "first": 1, "most": 60, "factor": 3, "on": "failed"},
    "timeout": 30,
    "on_error": "continue",
}


def posted(node):
    """Give what a browser sends for the form of a node that nobody changed."""
    form = NodeOptionsForm.of_node(node)
    return {name: form[name].value() for name in form.fields}


@pytest.mark.parametrize(
    "options",
    [{}, FULL, {"retry": {"attempts": 2}}, {"timeout": 0.5}, {"on_error": "continue"}],
    ids=str,
)
def test_options_survive_the_form(options):
    node = {"key": "a", "type": "echo", **options}
    data = {name: each for name, each in posted(node).items() if each is not None}

    form = NodeOptionsForm.of_node(node, data)
    assert form.is_valid(), form.errors
    kept = {name: each for name, each in form.properties.items() if each is not None}

    stored = {"key": "a", "type": "echo", **kept}
    assert not check({"schema": 1, "nodes": [stored]})
    assert NodeOptions.read(stored) == NodeOptions.read(node)


def test_a_form_without_anything_means_no_options():
    form = NodeOptionsForm.of_node({}, {})

    assert form.is_valid()
    assert set(form.properties.values()) == {None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("attempts", 0),
        ("attempts", 101),
        ("first", -1),
        ("most", 10**6),
        ("factor", 0.5),
        ("timeout", 0),
        ("on", "never"),
        ("on_error", "ignore"),
    ],
)
def test_odd_options_are_form_errors(name, value):
    form = NodeOptionsForm.of_node({}, {name: value})

    assert list(form.errors) == [name]


def test_a_stored_oddity_does_not_break_the_form():
    form = NodeOptionsForm.of_node({"retry": 3, "timeout": "soon"})

    assert form["timeout"].value() == "soon"


def test_options_have_translated_labels():
    for field in NodeOptionsForm.base_fields.values():
        assert isinstance(field.label, Promise)
