"""Two people change the same version: both see what the other did."""

import json
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.workflows.admin.conftest import say, url
from workflows import services
from workflows.graph import find, replace

EDITOR = {"X-Wf-Fragment": "editor"}


@pytest.fixture
def version(make_version):
    return make_version(say("a", "was", title="First"), say("b"))


@pytest.fixture
def do(by_owner):
    """Send a command that was made on the first revision."""

    def do(version, command, revision=1, **sent):
        sent = {"command": command, "revision": revision, **sent}
        address = url("workflowversion_edit", version.pk)
        return by_owner.post(address, sent, headers=EDITOR)

    return do


def change(version, key, **values):
    author = services.Author("Changed by them")
    return services.edit(
        version, replace(version.definition, key, **values), author=author
    )


def rows(response):
    return {
        (row.key, row.name): (row.before, row.theirs, row.mine, row.clashes)
        for row in response.context["conflict"].rows
    }


def test_the_same_setting_is_shown_three_times(version, do):
    change(version, "a", config={"text": "theirs"})

    response = do(
        version, "update", key="a", **{"config-text": "mine", "node-title": "First"}
    )

    assert response.status_code == 409
    assert rows(response)["a", "config.text"] == ("was", "theirs", "mine", True)
    page = response.content.decode()
    assert "Changed by them" in page
    assert "Keep mine" in page
    assert "Take theirs" in page


def test_other_settings_clash_with_nothing(version, do):
    change(version, "b", title="Renamed")

    found = rows(do(version, "delete", key="a"))

    assert found["b", "title"] == ("", "Renamed", "", False)
    assert found["a", ""] == ("", "", "removed", False)


def test_what_they_deleted_is_a_clash(version, do):
    services.edit(version, {"schema": 1, "nodes": [say("b")]})

    found = rows(do(version, "rename", key="a", title="Mine"))

    assert found["a", "title"] == ("First", "", "Mine", False)
    assert found["a", ""] == ("", "removed", "", False)


def test_a_change_beside_the_nodes_is_said(version, do):
    services.change_options(version, {"timeout": 5}, version.created_at)

    response = do(version, "rename", key="a", title="Mine")

    assert "The trigger or the options were changed." in response.content.decode()
    assert rows(response)["a", "title"] == ("First", "", "Mine", False)


def test_an_undo_in_between_is_a_change_too(version, do):
    changed = change(version, "a", config={"text": "theirs"})
    services.undo(changed)

    found = rows(do(version, "rename", key="b", revision=2, title="Mine"))

    assert found["a", "config.text"] == ("theirs", "was", "", False)


def test_mine_is_made_on_top_of_theirs(version, do):
    changed = change(version, "b", title="Theirs")

    do(version, "rename", key="a", title="Mine", revision=changed.revision)

    version.refresh_from_db()
    assert find(version.definition, "a")["title"] == "Mine"
    assert find(version.definition, "b")["title"] == "Theirs"


def test_undo_of_what_others_did_shows_them(version, do):
    change(version, "a", title="Theirs")

    response = do(version, "undo")

    assert rows(response)["a", "title"] == ("First", "Theirs", "", False)


def save(client, version, part, **sent):
    sent = {"part": part, "revision": 1, **sent}
    address = url("workflowversion_change", version.pk)
    return client.post(address, sent, headers=EDITOR)


def test_the_trigger_is_compared_with_what_it_is_now(by_owner, make_version):
    version = make_version(say("a"), config={"starts_at": NOW})
    later = {"starts_at": NOW + timedelta(days=1)}
    services.change_trigger(version, "schedule", later, NOW)
    typed = {"mode": "time", "kind": "none", "zone": "UTC"}
    typed |= {"starts_at": "2026-12-24 18:00:00"}
    typed = {f"trigger-{name}": value for name, value in typed.items()}

    response = save(by_owner, version, "trigger", **typed)

    assert response.status_code == 409
    [row] = [
        row for row in response.context["conflict"].rows if row.name == "starts_at"
    ]
    assert "2026-11-23" in row.theirs
    assert "2026-12-24" in row.mine
    assert "2026-12-24 18:00:00" in response.content.decode()


def test_the_document_is_compared_node_by_node(by_owner, version):
    change(version, "b", title="Theirs")
    mine = json.dumps({"schema": 1, "nodes": [say("a", "mine")]})

    response = save(by_owner, version, "definition", **{"definition-definition": mine})

    found = rows(response)
    assert found["b", "title"] == ("", "Theirs", "", False)
    assert found["b", ""] == ("", "", "removed", False)


def test_without_scripts_a_conflict_is_an_error_of_the_form(by_owner, version):
    change(version, "b", title="Theirs")
    address = url("workflowversion_change", version.pk)
    mine = json.dumps({"schema": 1, "nodes": []})
    sent = {"part": "definition", "revision": 1, "definition-definition": mine}

    page = by_owner.post(address, sent).content.decode()

    assert "was changed by somebody else" in page
