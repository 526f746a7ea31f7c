"""Keys of nodes, changed in the expressions that refer to them."""

import pytest

from workflows.expressions import rename_nodes

KEYS = {"old": "new", "a": "b", "b": "a"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ nodes.old }}", "{{ nodes.new }}"),
        ("{{nodes.old.total+nodes . old}}", "{{nodes.new.total+nodes . new}}"),
        ("{{ nodes['old'].x }}", "{{ nodes['new'].x }}"),
        ("{{ nodes.a + nodes.b }}", "{{ nodes.b + nodes.a }}"),
        ("{{ nodes.older }}", "{{ nodes.older }}"),
        ("{{ 'nodes.old' }} nodes.old", "{{ 'nodes.old' }} nodes.old"),
        ("{{ trigger.data.nodes.old }}", "{{ trigger.data.nodes.old }}"),
        ("{{ nodes.old ' }}", "{{ nodes.old ' }}"),
        (
            "{{ LEN(nodes.old) }} and {{ nodes.old }}",
            "{{ LEN(nodes.new) }} and {{ nodes.new }}",
        ),
        ("{{ nodes.other.old }}", "{{ nodes.other.old }}"),
        ("nodes.old", "nodes.old"),
        ({"x": ["{{ nodes.old }}", 1, None]}, {"x": ["{{ nodes.new }}", 1, None]}),
    ],
)
def test_references_are_renamed_and_nothing_else(before, after):
    assert rename_nodes(before, KEYS) == after
