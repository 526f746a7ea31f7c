"""JSON mapping: a new shape for each item, or for an object."""

from decimal import Decimal

import pytest

from handlers.nodes.json_mapping import (
    ItemNotMapped,
    JsonMapping,
    KeyRefused,
    NothingToMap,
)
from tests.handlers.conftest import problems, run_node, shape
from workflows.contracts import Failed

LINES = [
    {"sku": "tea", "price": Decimal("2.50"), "count": 3},
    {"sku": "cup", "price": Decimal("3.00"), "count": 1},
]


def mapped(source=LINES, **config):
    scope = {"trigger": {"data": source}}
    return run_node(JsonMapping, scope, source="{{ trigger.data }}", **config).result


def test_each_item_gets_the_new_shape():
    item = {
        "id": "{{ loop.item.sku }}",
        "sum": "{{ loop.item.price * loop.item.count }}",
    }

    assert mapped(item=item) == [
        {"id": "tea", "sum": Decimal("7.50")},
        {"id": "cup", "sum": Decimal("3.00")},
    ]


def test_item_knows_its_place():
    assert mapped(item="{{ loop.index + 1 }}/{{ loop.length }}") == ["1/2", "2/2"]


def test_object_is_one_item():
    assert mapped(LINES[0], item={"id": "{{ loop.item.sku }}"}) == {"id": "tea"}


def test_condition_leaves_items_out():
    only = {"condition": "{{ loop.item.count > 1 }}", "item": "{{ loop.item.sku }}"}

    assert mapped(**only) == ["tea"]
    assert mapped(LINES[1], **only) is None


def test_items_by_key():
    config = {"result": "object", "name": "{{ loop.item.sku }}"}

    assert mapped(item="{{ loop.item.count }}", **config) == {"tea": 3, "cup": 1}


def test_loop_around_is_its_parent():
    scope = {"loop": {"item": "x", "index": 0, "length": 1}}
    config = {"source": [1], "item": "{{ loop.parent.item ~ loop.item }}"}

    assert run_node(JsonMapping, scope, **config).result == ["x1"]


def test_constant_item_is_given_for_each():
    assert mapped(item=0) == [0, 0]


def test_nothing_gives_nothing():
    assert mapped([], item="{{ loop.item }}") == []


@pytest.mark.parametrize("source", [None, "text", 5])
def test_only_lists_and_objects_are_mapped(source):
    with pytest.raises(NothingToMap, match="Give a list or an object"):
        mapped(source, item=1)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"item": "{{ loop.item.nix }}"}, "Item 0 .*'nix'"),
        ({"item": 1, "condition": "{{ loop.item.sku }}"}, "Item 0 .* true or false"),
    ],
)
def test_item_that_fails_is_named(config, problem):
    with pytest.raises(ItemNotMapped, match=problem):
        mapped(**config)


@pytest.mark.parametrize("name", ["same", "{{ none }}", "{{ [1] }}", "{{ true }}"])
def test_keys_are_texts_each_once(name):
    with pytest.raises(KeyRefused, match="has the key"):
        mapped(item=1, result="object", name=name)


def test_too_many_items_are_for_a_loop():
    answer = run_node(JsonMapping, source=[0] * 10_001, item=1)

    assert isinstance(answer, Failed)
    assert "more than 10000. Use a loop" in answer.message


@pytest.mark.parametrize(
    ("config", "field", "problem"),
    [
        ({"item": 1}, "source", "required"),
        ({"source": []}, "item", "required"),
        ({"source": [1], "item": 1, "result": "object"}, "name", "what the keys"),
        ({"source": [1], "item": "{{ loop. }}"}, "item", "{{ loop. }}"),
        ({"source": [1], "item": 1, "result": "set"}, "result", "valid choice"),
    ],
)
def test_wrong_settings_are_form_errors(config, field, problem):
    assert problem in problems(JsonMapping, **config)[field]


def test_expressions_know_loop_in_a_workflow(make_version, run):
    config = {"source": "{{ nodes.a }}", "item": "{{ loop.item * nodes.a[0] }}"}
    version = make_version(
        {"key": "a", "type": "calculation", "config": {"value": [2, 3]}},
        {"key": "b", "type": "json_mapping", "config": config},
    )

    assert run(version).jobs.get(node_key="b").result == [4, 6]


def test_shape_has_the_names_of_the_new_items():
    item = {"id": "{{ loop.item.sku }}"}

    assert shape(JsonMapping, item=item) == ("list", {"id": "any"})
    assert shape(JsonMapping, item=item, result="object") == ("object", {})
    assert shape(JsonMapping, item="{{ loop.item }}") == ("list", {})
