"""The editor: its page, its drawer, its commands."""

import json

import pytest

from tests.workflows.admin.conftest import fork, said, say, shown, url
from workflows import services
from workflows.exceptions import InvalidDefinition
from workflows.graph import find, walk

EDITOR = {"X-Wf-Fragment": "editor"}


@pytest.fixture
def look(client):
    """Read the editor with a panel."""

    def look(version, panel=None, **query):
        query = query if panel is None else {"panel": panel, **query}
        return client.get(url("workflowversion_change", version.pk), query)

    return look


@pytest.fixture
def do(client):
    """Send a command as the scripts of the editor do."""

    def do(version, command, headers=EDITOR, **sent):
        sent = {"command": command, "revision": version.revision, **sent}
        address = url("workflowversion_edit", version.pk)
        return client.post(address, sent, headers=headers)

    return do


def keys(version):
    """List the keys in the order of the lines; branches come by their names.

    PostgreSQL does not keep the order of an object's names.
    """
    version.refresh_from_db()
    return [node["key"] for node in walk(json.loads(ordered(version.definition)))]


def ordered(definition):
    return json.dumps(definition, sort_keys=True)


@pytest.fixture
def update(do):
    def update(version, text="new", key="say", **sent):
        return do(version, "update", key=key, **{"config-text": text, **sent})

    return update


# The page.


def test_page_shows_trigger_nodes_and_end(by_owner, version, look):
    page = shown(look(version))

    assert 'id="wf-trigger"' in page
    assert 'id="node-say"' in page
    assert "End" in page


def test_trigger_that_is_not_set_up_opens_at_once(by_owner, make_version, look):
    assert look(make_version(config={})).context["panel"].name == "trigger"


def test_drawer_is_closed_where_all_is_well(by_owner, version, look):
    assert look(version).context["panel"] is None


def test_policy_is_strict(by_owner, version, look):
    policy = look(version).headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy


def test_policy_may_be_left_to_others(by_owner, version, look, settings):
    settings.WORKFLOWS = {**settings.WORKFLOWS, "CONTENT_SECURITY_POLICY": ""}

    assert "Content-Security-Policy" not in look(version).headers


def test_unknown_panel_has_no_page(by_owner, version, look):
    assert look(version, "nonsense").status_code == 404
    assert look(version, "node:other").status_code == 404


def test_drawer_alone_is_small(by_owner, version, client):
    address = url("workflowversion_change", version.pk)

    headers = {"X-Wf-Fragment": "drawer"}
    part = shown(client.get(address, {"panel": "node:say"}, headers=headers))

    assert 'id="wf-drawer"' in part
    assert "<html" not in part
    assert 'id="wf-canvas"' not in part


def test_problems_are_counted_and_lead_to_their_node(by_owner, make_version, look):
    version = make_version(say(text="{{ nodes.nope }}"), say("b", text=""))

    page = shown(look(version, "problems"))

    assert "2 problems" in page
    assert 'data-wf-panel="node:say"' in page
    assert "There is no earlier node &#x27;nope&#x27;." in page


def test_versions_are_listed_with_their_runs(by_owner, frozen, look):
    services.copy_as_version(frozen)

    page = shown(look(frozen, "versions"))

    assert "Version 2" in page
    assert "1 run" in page


def test_every_key_has_a_line_in_the_help(by_owner, version, look):
    page = shown(look(version, "keys"))

    assert "<kbd>Ctrl+Z</kbd>" in page
    assert "duplicate the node" in page


# One node.


def test_drawer_shows_what_is_stored(by_owner, version, look):
    assert 'name="config-text" value="hello"' in shown(look(version, "node:say"))


def test_node_is_saved(by_owner, version, update):
    more = {"node-title": "Greet", "node-note": "Politely", "node-disabled": "on"}

    response = update(version, **more, panel="node")

    version.refresh_from_db()
    node = find(version.definition, "say")
    assert node["config"] == {"text": "new", "shout": False}
    assert (node["title"], node["note"], node["disabled"]) == (
        "Greet",
        "Politely",
        True,
    )
    assert response.context["panel"].name == "node:say"


def test_new_key_is_written_into_references(by_owner, make_version, update):
    version = make_version(say(), say("other", text="{{ nodes.say }}"))

    update(version, **{"node-key": "greeting"})

    version.refresh_from_db()
    assert find(version.definition, "other")["config"]["text"] == "{{ nodes.greeting }}"


@pytest.mark.parametrize("key", ["Größe", "1st", "a b"])
def test_wrong_key_is_an_error_of_its_field(by_owner, version, update, key):
    response = update(version, **{"node-key": key})

    assert response.status_code == 422
    assert "a letter first" in response.content.decode()


def test_unknown_name_is_an_error_of_its_field(by_owner, version, update):
    response = update(version, "{{ nodes.nope.x }}")

    assert response.status_code == 422
    assert "There is no earlier node &#x27;nope&#x27;." in response.content.decode()


def test_earlier_result_is_no_error(by_owner, make_version, update):
    version = make_version(say("first"), say())

    assert update(version, "{{ nodes.first }}").status_code == 200


def test_empty_setting_is_an_error(by_owner, version, update):
    [panel] = [update(version, "").context["panel"]]

    assert list(panel.context["config"].form.errors) == ["text"]


def test_nul_in_a_setting_is_an_error(by_owner, version):
    nodes = [say(text="a\0b")]

    with pytest.raises(InvalidDefinition, match="it holds a NUL character"):
        services.edit(version, {"schema": 1, "nodes": nodes})


def test_conflict_tells_what_others_did_and_keeps_what_was_typed(
    by_owner, owner, version, update
):
    theirs = {"schema": 1, "nodes": [say(text="theirs")]}
    author = services.Author("Change “Say”", owner)
    services.edit(version, theirs, author=author)

    response = update(version, "mine")

    page = response.content.decode()
    assert response.status_code == 409
    assert "Change “Say”" in page
    assert 'value="mine"' in page
    assert "Keep mine" in page


def test_node_of_a_frozen_version_is_shown_closed(by_owner, frozen, look):
    page = shown(look(frozen, "node:say"))

    assert "Save" not in page
    assert "Edit a copy" in page
    assert "wf-plus" not in page


def test_node_of_a_frozen_version_is_refused(by_owner, frozen, update):
    response = update(frozen)

    assert response.status_code == 422
    assert "has run and is frozen" in response.content.decode()


def test_node_of_a_removed_type_is_told(by_owner, make_version, look):
    version = make_version({"key": "old", "type": "gone", "config": {"a": 1}})

    page = shown(look(version, "node:old"))

    assert "The node type “gone” is not installed" in page


def test_viewer_reads_a_node_and_changes_nothing(browse, viewer, version, look, update):
    browse(viewer)
    page = shown(look(version, "node:say"))

    assert "Save" not in page
    assert "wf-plus" not in page
    assert update(version).status_code == 403
    version.refresh_from_db()
    assert version.revision == 1


def test_stranger_sees_nothing(browse, stranger, version, look, do):
    browse(stranger)

    assert look(version).status_code == 403
    assert do(version, "insert", type="test_say").status_code == 403


# Adding.


def test_types_are_offered_with_their_description(by_owner, version, look):
    page = shown(look(version, "add"))

    assert 'name="type" value="test_say"' in page
    assert "Says a text." in page


def test_place_is_said_in_words(by_owner, make_version, look):
    version = make_version(fork())

    page = shown(look(version, "add", after="fork", branch="no"))

    assert "First in “No” of “Fork”." in page


def test_waiting_types_are_not_offered_where_nobody_may_wait(
    by_owner, make_version, look
):
    page = shown(look(make_version(synchronous=True), "add"))

    assert "a synchronous workflow cannot" in page


def test_node_is_added_and_opened(by_owner, version, do):
    response = do(version, "insert", type="test_say", after="say", panel="node")

    assert keys(version) == ["say", "test_say"]
    assert response.context["panel"].name == "node:test_say"
    assert response.context["said"].text == "Add “Say”"


def test_node_is_added_into_the_body_of_a_loop(by_owner, make_version, do):
    loop = {"key": "loop", "type": "loop", "config": {"items": 2}}
    version = make_version(loop)

    page = do(version, "insert", type="test_say", after="loop", branch="body")

    assert len(find(page.context["version"].definition, "loop")["branches"]) == 1
    assert "In each round" in page.content.decode()


def test_without_scripts_a_command_leads_back_to_the_page(by_owner, version, do):
    response = do(version, "insert", headers={}, type="test_say", panel="node")

    place = url("workflowversion_change", version.pk)
    assert response.url == f"{place}?panel=node:test_say#node-test_say"


def test_without_scripts_a_refusal_is_said(by_owner, version, do, look):
    do(version, "insert", headers={}, type="nope")

    [sentence] = said(look(version))
    assert "there is no node type “nope”" in sentence


# Deleting, copying, undoing.


@pytest.fixture
def forked(make_version):
    return make_version(fork(yes=[say("a")], no=[say("b")]))


def test_drawer_offers_to_keep_a_branch(by_owner, forked, look):
    assert "Delete, keep the nodes of “Yes”" in shown(look(forked, "node:fork"))


def test_kept_branch_moves_up(by_owner, forked, do):
    do(forked, "delete", key="fork", keep="no")

    assert keys(forked) == ["b"]


def test_node_in_use_may_go_and_leaves_a_problem(by_owner, make_version, do):
    version = make_version(say("first"), say(text="{{ nodes.first }}"))

    response = do(version, "delete", key="first")

    assert keys(version) == ["say"]
    assert "1 problem" in response.content.decode()


def test_what_was_deleted_comes_back(by_owner, forked, do):
    do(forked, "delete", key="fork")
    forked.refresh_from_db()

    response = do(forked, "undo")

    assert keys(forked) == ["fork", "b", "a"]
    assert response.context["said"].text == "Undone: Delete “Fork”"
    do(forked, "redo")
    assert keys(forked) == []


def test_nothing_to_undo_is_said(by_owner, version, do):
    response = do(version, "undo")

    assert response.status_code == 422
    assert "nothing to undo" in response.content.decode()


def test_copied_node_is_pasted_into_another_workflow(by_owner, forked, version, do):
    address = url("workflowversion_edit", forked.pk)
    copied = by_owner.get(address, {"copy": "fork"}).content.decode()

    do(version, "paste", nodes=copied, after="say")

    assert keys(version) == ["say", "fork", "b", "a"]
    assert json.loads(copied)[0]["branches"]["yes"][0]["key"] == "a"


def test_edits_are_in_the_history_of_the_version(by_owner, version, do):
    do(version, "duplicate", key="say")

    page = shown(by_owner.get(url("workflowversion_history", version.pk)))

    assert "Duplicate “Say”" in page


def test_enabled_version_refuses_what_could_not_run(by_owner, version, do, look):
    services.enable(version, version.created_at)

    response = do(version, "insert", type="test_say")

    assert response.status_code == 422
    assert "This version is enabled" in response.content.decode()
    assert keys(version) == ["say"]


def test_menu_leads_to_documents_and_templates(browse, owner, viewer, version, look):
    elsewhere = [url("workflow_import"), f"{url('workflow_add')}#wf-gallery"]
    browse(viewer)
    page = shown(look(version))
    assert url("workflowversion_export", version.pk) in page
    assert not [address for address in elsewhere if address in page]

    browse(owner)
    page = shown(look(version))

    assert [address for address in elsewhere if address in page] == elsewhere


def test_switch_says_whether_it_is_enabled(by_owner, version, look):
    assert 'role="switch" aria-checked="false"' in shown(look(version))
    services.enable(version, version.created_at)

    assert 'role="switch" aria-checked="true"' in shown(look(version))


def test_description_is_above_the_canvas(by_owner, version, look):
    version.workflow.description = "<b>What it is for</b>"
    version.workflow.save()

    assert "&lt;b&gt;What it is for" in shown(look(version))


def test_node_that_others_deleted_is_a_conflict(by_owner, version, update):
    services.edit(version, {"schema": 1, "nodes": []})
    version.revision = 1

    response = update(version)

    assert response.status_code == 409
    assert "removed" in response.content.decode()
    version.refresh_from_db()
    assert update(version).status_code == 404
