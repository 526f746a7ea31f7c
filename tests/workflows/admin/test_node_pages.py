"""Pages of single nodes: added, edited, deleted."""

import pytest

from tests.workflows.admin.conftest import fork, say, shown, url
from workflows import services
from workflows.exceptions import InvalidDefinition
from workflows.graph import find, walk


@pytest.fixture
def node_page():
    return lambda version, key="say": url("workflowversion_node", version.pk, key)


def keys(version):
    version.refresh_from_db()
    return [node["key"] for node in walk(version.definition)]


def sent(version, text="new", **values):
    return {"revision": version.revision, "config-text": text, **values}


def test_page_shows_what_is_stored(by_owner, version, node_page):
    page = shown(by_owner.get(node_page(version)))

    assert 'name="config-text" value="hello"' in page


def test_node_is_saved(by_owner, version, node_page):
    more = {"node-title": "Greet", "node-note": "Politely", "node-disabled": "on"}

    by_owner.post(node_page(version), sent(version, **more))

    version.refresh_from_db()
    node = find(version.definition, "say")
    assert node["config"] == {"text": "new", "shout": False}
    assert (node["title"], node["note"], node["disabled"]) == (
        "Greet",
        "Politely",
        True,
    )


def test_saved_node_is_the_place_to_go_on(by_owner, version, node_page):
    response = by_owner.post(node_page(version), sent(version))

    assert response.url == url("workflowversion_change", version.pk) + "#node-say"


def test_unknown_name_is_an_error_of_its_field(by_owner, version, node_page):
    page = by_owner.post(node_page(version), sent(version, "{{ nodes.nope.x }}"))

    [message] = page.context["config"].form.errors["text"]
    assert "There is no earlier node 'nope'." in message


def test_earlier_result_is_no_error(by_owner, make_version, node_page):
    version = make_version(say("first"), say())

    response = by_owner.post(node_page(version), sent(version, "{{ nodes.first }}"))

    assert response.status_code == 302


def test_empty_setting_is_an_error(by_owner, version, node_page):
    page = by_owner.post(node_page(version), sent(version, ""))

    assert list(page.context["config"].form.errors) == ["text"]


def test_nul_in_a_setting_is_an_error(by_owner, version):
    nodes = [say(text="a\0b")]

    with pytest.raises(InvalidDefinition, match="it holds a NUL character"):
        services.change_definition(version, {"schema": 1, "nodes": nodes})


def test_second_tab_is_told_and_keeps_its_text(by_owner, version, node_page):
    services.change_definition(version, {"schema": 1, "nodes": [say(text="theirs")]})

    page = shown(by_owner.post(node_page(version), sent(version, "mine")))

    assert "was changed by somebody else" in page
    assert 'value="mine"' in page


def test_node_of_a_frozen_version_is_shown_closed(by_owner, frozen, node_page):
    page = shown(by_owner.get(node_page(frozen)))

    assert "disabled" in page
    assert 'value="Save"' not in page


def test_node_of_a_frozen_version_is_refused(by_owner, frozen, node_page):
    page = shown(by_owner.post(node_page(frozen), sent(frozen)))

    assert "has run and is frozen" in page


def test_missing_node_has_no_page(by_owner, version, node_page):
    assert by_owner.get(node_page(version, "other")).status_code == 404


def test_node_of_a_removed_type_is_told(by_owner, make_version, node_page):
    version = make_version({"key": "old", "type": "gone", "config": {"a": 1}})

    page = shown(by_owner.get(node_page(version, "old")))

    assert "The node type “gone” is not installed" in page


def test_viewer_reads_a_node(browse, viewer, version, node_page):
    browser = browse(viewer)

    assert 'value="Save"' not in shown(browser.get(node_page(version)))
    assert browser.post(node_page(version), sent(version)).status_code == 403


# Adding.


@pytest.fixture
def add(client):
    """Add a node that says something, after a node or into a branch."""

    def add(version, after="", branch="", text="new"):
        address = url("workflowversion_add_node", version.pk)
        query = f"?after={after}&branch={branch}&type=test_say"
        return client.post(address + query, sent(version, text))

    return add


def test_types_are_offered_with_their_description(by_owner, version):
    page = shown(by_owner.get(url("workflowversion_add_node", version.pk)))

    assert "type=test_say" in page
    assert "Says a text." in page


def test_node_is_added_first(by_owner, version, add):
    add(version)

    assert keys(version) == ["test_say", "say"]


def test_node_is_added_after_another(by_owner, version, add):
    add(version, after="say")

    assert keys(version) == ["say", "test_say"]


def test_node_is_added_into_a_branch(by_owner, make_version, add):
    version = make_version(fork(), say())

    add(version, after="fork", branch="no")

    version.refresh_from_db()
    [inner] = find(version.definition, "fork")["branches"]["no"]
    assert inner == {
        "key": "test_say",
        "type": "test_say",
        "config": {"text": "new", "shout": False},
    }


def test_new_node_knows_the_names_at_its_place(by_owner, version, add):
    refused = add(version, text="{{ nodes.say }}")
    taken = add(version, after="say", text="{{ nodes.say }}")

    assert list(refused.context["config"].form.errors) == ["text"]
    assert taken.status_code == 302


def test_node_after_nothing_known_is_not_found(by_owner, version, add):
    assert add(version, after="nowhere").status_code == 404


def test_node_of_an_unknown_type_is_asked_again(by_owner, version):
    address = url("workflowversion_add_node", version.pk) + "?type=nope"

    assert "type=test_say" in shown(by_owner.get(address))


def test_viewer_adds_nothing(browse, viewer, version, add):
    browse(viewer)

    assert add(version).status_code == 403


# Deleting.


@pytest.fixture
def delete(client):
    def delete(version, key, keep=""):
        address = url("workflowversion_delete_node", version.pk, key)
        return client.post(address, {"revision": version.revision, "keep": keep})

    return delete


@pytest.fixture
def forked(make_version):
    return make_version(fork(yes=[say("a")], no=[say("b")]))


def test_deleting_asks_first_what_stays(by_owner, forked):
    page = shown(by_owner.get(url("workflowversion_delete_node", forked.pk, "fork")))

    assert "Delete them too" in page
    assert "Keep the nodes of “Yes”" in page


def test_node_is_deleted_with_its_branches(by_owner, forked, delete):
    delete(forked, "fork")

    assert keys(forked) == []


def test_kept_branch_moves_up(by_owner, forked, delete):
    delete(forked, "fork", keep="no")

    assert keys(forked) == ["b"]


def test_node_in_use_is_not_deleted(by_owner, make_version, delete):
    version = make_version(say("first"), say(text="{{ nodes.first }}"))

    page = shown(delete(version, "first"))

    assert "There is no earlier node &#x27;first&#x27;." in page
    assert keys(version) == ["first", "say"]


def test_node_of_a_frozen_version_is_not_deleted(by_owner, frozen, delete):
    assert "has run and is frozen" in shown(delete(frozen, "say"))


def test_viewer_deletes_no_node(browse, viewer, forked, delete):
    browse(viewer)

    assert delete(forked, "fork").status_code == 403


LOOP = {"key": "loop", "type": "loop", "config": {"items": 2}}


def test_node_is_added_into_the_body_of_a_loop(by_owner, make_version, add):
    version = make_version(LOOP)

    add(version, after="loop", branch="body", text="{{ loop.item }}")

    assert keys(version) == ["loop", "test_say"]
    assert len(find(version.definition, "loop")["branches"]["body"]) == 1
    page = shown(by_owner.get(url("workflowversion_change", version.pk)))
    assert "In each round" in page


def test_loop_is_unknown_behind_its_body(by_owner, make_version, add):
    version = make_version(LOOP)

    page = add(version, after="loop", text="{{ loop.item }}")

    [message] = page.context["config"].form.errors["text"]
    assert "'loop' is known only inside a loop." in message
    assert keys(version) == ["loop"]
