"""The page that compares two versions."""

import pytest

from tests.workflows.admin.conftest import execute, say, shown, url
from workflows import services


@pytest.fixture
def pair(make_version):
    """Give version 1 of a workflow, and version 2 in which much is different."""
    old = make_version(say("a"), say("b", title="<b>B</b>"), say("c"))
    execute(old)
    new = services.copy_as_version(old)
    nodes = [say("c"), say("a", text="changed"), say("d")]
    return old, services.edit(new, {"schema": 1, "nodes": nodes})


@pytest.fixture
def compare(client):
    def compare(version, **query):
        return client.get(url("workflowversion_compare", version.pk), query)

    return compare


def test_both_versions_are_drawn_with_their_marks(by_owner, pair, compare):
    page = shown(compare(pair[1]))

    assert 'id="old-node-b"' in page
    assert 'id="new-node-d"' in page
    for mark in ("wf-removed", "wf-added", "wf-changed", "wf-moved"):
        assert mark in page


def test_changed_setting_shows_both_values(by_owner, pair, compare):
    page = shown(compare(pair[1]))

    assert "config.text" in page
    assert "<del>- " in page
    assert "<ins>+ " in page
    assert "<b>B</b>" not in page


def test_older_version_stands_first_whichever_is_asked(by_owner, pair, compare):
    old, new = pair

    response = compare(old, **{"with": new.pk})

    assert [side["version"].number for side in response.context["sides"]] == [1, 2]


def test_same_versions_do_the_same(by_owner, pair, compare):
    page = shown(compare(pair[0], **{"with": pair[0].pk}))

    assert "These versions do the same." in page


def test_version_of_another_workflow_is_not_compared(by_owner, pair, compare, version):
    assert compare(pair[0], **{"with": version.pk}).status_code == 404


def test_stranger_compares_nothing(browse, stranger, pair, compare):
    browse(stranger)

    assert compare(pair[0]).status_code == 403


def test_menu_leads_to_the_comparison_and_restores(by_owner, pair):
    old, new = pair
    address = url("workflowversion_change", new.pk)

    page = shown(by_owner.get(address, {"panel": "versions"}))

    compare = url("workflowversion_compare", new.pk)
    assert f"{compare}?with={old.pk}" in page
    assert url("workflowversion_copy_as_version", old.pk) in page
