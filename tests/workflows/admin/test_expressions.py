"""Help with expressions: names at a node, and what an expression would give."""

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import execute, person, say, url
from workflows import services


@pytest.fixture
def version(make_version):
    """Give the next version of a workflow that has run."""
    ran = make_version(say("first"), say("last", text="{{ nodes.first }}!"))
    execute(ran)
    return services.copy_as_version(ran)


@pytest.fixture
def names(client):
    def names(version, key="last"):
        response = client.get(url("workflowversion_names", version.pk, key))
        return {name["path"]: name for name in response.json()["names"]}

    return names


@pytest.fixture
def attempt(client):
    def attempt(version, text, key="last"):
        address = url("workflowversion_try", version.pk, key)
        return client.post(address, {"text": text})

    return attempt


def test_earlier_results_are_offered_with_their_last_value(by_owner, version, names):
    offered = names(version)

    assert offered["nodes.first"]["title"] == "Say"
    assert offered["nodes.first"]["sample"] == "hello"
    assert "trigger.date" in offered
    assert "nodes.last" not in offered


def test_names_in_a_loop_are_offered_inside_it(by_owner, make_version, names):
    body = {"body": [say("inner")]}
    loop = {"key": "loop", "type": "loop", "config": {"items": 2}, "branches": body}
    version = make_version(loop, say("behind"))

    assert "loop.item" in names(version, "inner")
    assert "loop.item" not in names(version, "behind")


def test_fields_of_a_record_are_offered_before_any_run(by_owner, make_version, names):
    query = {"key": "order", "type": "query", "config": {"collection": "shop.order"}}

    paths = names(make_version(query, say("last")))

    assert any(path.endswith(".status") for path in paths)


def test_who_sees_no_runs_sees_no_values(browse, version, names, attempt):
    browse(person("builder", "view_workflow", "change_workflow"))

    assert names(version)["nodes.first"]["sample"] == ""
    assert attempt(version, "{{ nodes.first }}").status_code == 403


def test_viewer_tries_nothing(browse, viewer, version, attempt):
    browse(viewer)

    assert attempt(version, "{{ 1 }}").status_code == 403


def test_stranger_learns_no_names(browse, stranger, version):
    address = url("workflowversion_names", version.pk, "last")

    assert browse(stranger).get(address).status_code == 403


def test_node_that_is_not_there_has_no_names(by_owner, version):
    address = url("workflowversion_names", version.pk, "other")

    assert by_owner.get(address).status_code == 404


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("{{ UPPER(nodes.first) }}", "result", "HELLO"),
        ('{"a": "{{ 6 * 7 }}"}', "result", '"a": 42'),
        ("{{ nodes.nope }}", "error", "There is no earlier node 'nope'."),
        ("{{ loop.item }}", "error", "known only inside a loop"),
        ("{{ 1 / 0 }}", "error", "1 / 0"),
        ("{{ 1 + }}", "error", "1 +"),
        ("{{ nodes.first.__class__ }}", "error", "__class__"),
        ("{{ trigger.data.id }}", "note", "Once a run or a test has come this far"),
    ],
)
def test_expression_is_tried_with_the_last_run(
    by_owner, version, attempt, text, kind, shown
):
    answer = attempt(version, text).json()

    assert (answer["kind"], shown in answer["text"]) == (kind, True), answer


def test_expression_waits_for_the_first_run(by_owner, make_version, attempt):
    version = make_version(say("first"), say("last"))

    assert attempt(version, "{{ nodes.first }}").json()["kind"] == "note"
    assert attempt(version, "{{ 6 * 7 }}").json()["text"] == "42"


def test_expression_is_tried_with_the_last_test_and_what_is_pinned(
    by_owner, make_version, attempt, names
):
    version = make_version(say("first"), say("second", "2"), say("last"))
    context = {"data": {"id": 7}, "date": timezone.now()}
    services.rehearse_version(version, services.Play(context), timezone.now)
    services.pin(version, "second", services.Given("pinned"))

    text = "{{ nodes.first }} {{ nodes.second }} {{ trigger.data.id }}"
    assert attempt(version, text).json()["text"] == "hello pinned 7"
    assert names(version)["nodes.second"]["sample"] == "pinned"


def test_a_pin_alone_is_known(by_owner, make_version, attempt):
    version = make_version(say("first"), say("last"))
    services.pin(version, "first", services.Given("pinned"))

    assert attempt(version, "{{ nodes.first }}").json()["text"] == "pinned"
    assert attempt(version, "{{ trigger.date }}").json()["kind"] == "result"


def test_trying_needs_a_post(by_owner, version):
    address = url("workflowversion_try", version.pk, "last")

    assert by_owner.get(address).status_code == 405


def test_fields_of_an_allowed_collection_are_listed(by_owner, version, client):
    address = url("workflowversion_fields", version.pk)

    response = client.get(address, {"collection": "shop.order"})

    assert "status" in {field["path"] for field in response.json()["fields"]}


@pytest.mark.parametrize("label", ["auth.user", "nonsense", ""])
def test_other_collections_have_no_fields_to_list(by_owner, version, client, label):
    address = url("workflowversion_fields", version.pk)

    assert client.get(address, {"collection": label}).status_code == 404


def test_stranger_is_told_no_fields(version, client, db):
    client.force_login(person("stranger"))
    address = url("workflowversion_fields", version.pk)

    assert client.get(address, {"collection": "shop.order"}).status_code == 403
