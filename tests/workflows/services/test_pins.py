"""Pins belong to a version, follow its nodes, and are taken along by copies."""

import pytest

from tests.nodes import node
from workflows import services
from workflows.editor.pasting import renamed
from workflows.exceptions import CommandRefused, ResultNotStorable
from workflows.models import Pin
from workflows.services import TRIGGER, Given


@pytest.fixture
def version(make_version):
    version = make_version(node("echo", 1, "a"), node("echo", 2, "b"))
    services.pin(version, "a", Given({"x": 1}, "yes"))
    services.pin(version, TRIGGER, Given({"data": {}}))
    return version


def pinned(version):
    return {key: given.result for key, given in services.pins_of(version).items()}


def edit(version, *nodes):
    services.edit(version, {"schema": 1, "nodes": list(nodes)})


def test_a_second_pin_replaces_the_first(version):
    services.pin(version, "a", Given(2))

    assert services.pins_of(version)["a"] == Given(2, "")
    assert Pin.objects.count() == 2


def test_unpinned_is_gone(version):
    services.unpin(version, "a")

    assert pinned(version) == {"": {"data": {}}}


def test_only_nodes_and_objects_are_pinned(version):
    with pytest.raises(CommandRefused, match="no node “nix”"):
        services.pin(version, "nix", Given(1))
    with pytest.raises(CommandRefused, match="is an object"):
        services.pin(version, TRIGGER, Given([1]))
    with pytest.raises(ResultNotStorable):
        services.pin(version, "a", Given(float("nan")))


def test_a_version_that_has_run_may_be_pinned(version, run):
    run(version)

    services.pin(version, "b", Given(5))

    assert pinned(version)["b"] == 5


def test_copies_take_pins_along(version):
    assert pinned(services.copy_as_version(version)) == pinned(version)
    assert pinned(services.copy_as_new(version)) == pinned(version)


def test_an_export_does_not(version):
    assert "pins" not in services.export(version)


def test_a_pin_goes_with_its_node(version):
    edit(version, node("echo", 2, "b"))

    assert "a" not in pinned(version)


def test_a_pin_follows_its_renamed_node_and_back(version):
    services.edit(version, renamed(version.definition, "a", "c"))
    assert pinned(version)["c"] == {"x": 1}

    services.undo(version)

    assert pinned(version)["a"] == {"x": 1}


def test_a_node_of_another_type_takes_no_pin_over(version):
    edit(version, node("boom", 1, "c"), node("echo", 2, "b"))

    assert "c" not in pinned(version)


def test_other_edits_touch_no_pin(version):
    edit(version, node("echo", 9, "a"), node("echo", 2, "b"), node("echo", 3, "c"))

    assert "a" in pinned(version)
