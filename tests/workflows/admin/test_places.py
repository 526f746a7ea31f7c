"""The editor asks which places are a risk for what is picked up."""

import json

import pytest

from tests.workflows.admin.conftest import say, url


@pytest.fixture
def version(make_version):
    return make_version(say("a"), say("b", "{{ nodes.a }}"))


@pytest.fixture
def place(version):
    return url("workflowversion_places", version.pk)


def test_risky_places_of_a_node_are_listed_with_the_reason(by_owner, place):
    found = by_owner.get(place, {"key": "b"}).json()["places"]

    assert [(each["after"], each["branch"]) for each in found] == [("", "")]
    assert "It reads “Say”" in found[0]["reason"]


def test_risky_places_of_copied_nodes_are_listed(by_owner, place):
    nodes = json.dumps([say("x", "{{ nodes.b }}")])

    found = by_owner.post(place, {"nodes": nodes}).json()["places"]

    assert [each["after"] for each in found] == ["", "a"]


def test_what_is_no_node_has_no_places(by_owner, place):
    assert by_owner.get(place, {"key": "nix"}).status_code == 404
    assert by_owner.post(place, {"nodes": "{}"}).status_code == 422


def test_only_who_may_change_asks(browse, viewer, place):
    assert browse(viewer).get(place, {"key": "b"}).status_code == 403
