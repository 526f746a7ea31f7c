"""The page on which a node is tried, and the options in the drawer."""

import json

import pytest
from django.contrib.admin.models import LogEntry

from tests.nodes import Outside, node
from tests.workflows.admin.conftest import execute, person, say, shown, url
from workflows.graph import find
from workflows.models import Execution


@pytest.fixture
def tester(db):
    return person("tester", "view_workflow", "test_node")


def place(version, key="say"):
    return url("workflowversion_test", version.pk, key)


def sent(sample=None, **values):
    return {"sample": json.dumps(sample or {}), **values}


def test_page_asks_for_sample_data(browse, tester, version):
    page = shown(browse(tester).get(place(version)))

    assert "Sample data" in page
    assert "Do it really" not in page


def test_page_shows_what_the_node_gives(browse, tester, make_version):
    version = make_version(say(text="Dear {{ trigger.data.name }}"))
    sample = {"trigger": {"data": {"name": "Ann"}}}

    page = shown(browse(tester).post(place(version), sent(sample)))

    assert "Dear Ann" in page
    assert "It would succeed" in page
    assert not Execution.objects.exists()


def test_a_test_is_logged(browse, tester, version):
    browse(tester).post(place(version), sent())

    assert LogEntry.objects.get().change_message.startswith("Tested node")


def test_an_effect_outside_has_to_be_confirmed(browse, tester, make_version):
    version = make_version(node("outside", 1, "call"))
    client = browse(tester)

    page = shown(client.post(place(version, "call"), sent()))
    assert "cannot be undone" in page
    assert not Outside.asked

    shown(client.post(place(version, "call"), sent(sure="on")))
    assert len(Outside.asked) == 1


def test_looking_tests_nothing(browse, tester, make_version):
    version = make_version(node("outside", 1, "call"))

    shown(browse(tester).get(place(version, "call"), {"sample": "{}", "sure": "on"}))

    assert not Outside.asked


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_lacks_the_permission_is_refused(browse, operator, version, method):
    response = getattr(browse(operator), method)(place(version), sent())

    assert response.status_code == 403


@pytest.mark.parametrize("sample", ["[]", '{"nix": 1}', "{"])
def test_an_odd_sample_is_a_form_error(browse, tester, version, sample):
    page = shown(browse(tester).post(place(version), {"sample": sample}))

    assert "errorlist" in page
    assert "It would" not in page


def test_the_last_run_is_the_example_for_those_who_may_see_it(
    browse, tester, owner, frozen
):
    execute(frozen)

    assert "hello" in shown(browse(owner).get(place(frozen)))
    assert "hello" not in shown(browse(tester).get(place(frozen)))


def test_an_unknown_node_is_not_found(browse, tester, version):
    assert browse(tester).get(place(version, "nix")).status_code == 404


def test_only_who_may_test_sees_the_link(browse, owner, operator, version):
    address = url("workflowversion_change", version.pk)
    drawer = {"panel": "node:say"}

    assert place(version) in shown(browse(owner).get(address, drawer))
    assert place(version) not in shown(browse(operator).get(address, drawer))


# The options in the drawer.

OPTIONS = {
    "options-attempts": "5",
    "options-on": "both",
    "options-first": "10",
    "options-most": "600",
    "options-factor": "2",
    "options-timeout": "30",
    "options-on_error": "continue",
}


@pytest.fixture
def save(by_owner, version):
    def save(**values):
        version.refresh_from_db()
        sent = {"command": "update", "key": "say", "revision": version.revision}
        place = url("workflowversion_edit", version.pk)
        response = by_owner.post(place, {**sent, "config-text": "hi", **values})
        version.refresh_from_db()
        return response

    return save


def test_options_are_saved_in_the_node(save, version):
    save(**OPTIONS)

    stored = find(version.definition, "say")
    retry = {"attempts": 5, "first": 10, "most": 600, "factor": 2, "on": "both"}
    assert stored["retry"] == retry
    assert (stored["timeout"], stored["on_error"]) == (30, "continue")


def test_options_that_say_nothing_are_not_stored(save, version):
    save(**OPTIONS)

    blank = {"options-attempts": "1", "options-timeout": "", "options-on_error": "stop"}
    save(**{**OPTIONS, **blank})

    assert not {"retry", "timeout", "on_error"} & find(version.definition, "say").keys()


def test_an_odd_option_is_shown_where_it_is(save, version):
    page = shown(save(**{**OPTIONS, "options-attempts": "0"}))

    assert "Tries at most" in page
    assert "retry" not in find(version.definition, "say")


def test_drawer_shows_the_options_of_a_node(by_owner, save, version):
    save(**OPTIONS)

    address = url("workflowversion_change", version.pk)
    page = shown(by_owner.get(address, {"panel": "node:say"}))

    assert 'name="options-attempts" value="5"' in page
