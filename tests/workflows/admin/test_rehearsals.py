"""Tests of a whole version in the editor, and what is pinned for them."""

import json

import pytest
from django.contrib.admin.models import LogEntry

from tests.nodes import Outside, node
from tests.workflows.admin.conftest import execute, person, say, shown, url
from workflows import services
from workflows.models import Execution, Rehearsal
from workflows.services import Given

EDITOR = {"X-Wf-Fragment": "editor"}


@pytest.fixture
def tester(db):
    return person("tester", "view_workflow", "test_node")


@pytest.fixture
def look(client):
    def look(version, panel):
        address = url("workflowversion_change", version.pk)
        return client.get(address, {"panel": panel})

    return look


@pytest.fixture
def rehearse(client):
    def rehearse(version, headers=EDITOR, **sent):
        address = url("workflowversion_rehearse", version.pk)
        return client.post(address, sent, headers=headers)

    return rehearse


@pytest.fixture
def pin(client):
    def pin(version, action, key="", **sent):
        address = url("workflowversion_pin", version.pk)
        sent = {"do": action, "key": key, **sent}
        return client.post(address, sent, headers=EDITOR)

    return pin


def test_a_test_shows_how_each_node_went(browse, tester, version, rehearse):
    browse(tester)

    response = rehearse(version)

    page = shown(response)
    assert response.context["panel"].name == "tested"
    assert '<p class="wf-card-flag wf-card-state"' in page
    assert '<span class="wf-badge wf-succeeded">' in page
    assert "&lt;span" not in page
    assert "wf-tested-succeeded" in page
    assert "hello" in page
    assert not Execution.objects.exists()


def test_a_test_is_logged(browse, tester, version, rehearse):
    browse(tester)
    rehearse(version)

    assert LogEntry.objects.get().change_message == "Tested version 1."


def test_a_test_without_scripts_leads_back_to_the_editor(
    browse, tester, version, rehearse
):
    browse(tester)

    response = rehearse(version, headers={})

    assert response.url.endswith("?panel=tested")


def test_a_frozen_version_may_be_tested(browse, owner, frozen, rehearse):
    browse(owner)

    assert shown(rehearse(frozen))
    assert Execution.objects.count() == 1


def test_acting_nodes_are_named_and_skipped_by_default(
    browse, tester, make_version, look, rehearse
):
    version = make_version(node("outside", 1, "call", title="Call them"))
    browse(tester)

    page = shown(look(version, "test"))
    assert "act in the world outside" in page
    assert "Call them" in page

    assert "Skipped: acts outside" in shown(rehearse(version))
    assert not Outside.asked
    rehearse(version, **{"test-effects": "act"})
    assert len(Outside.asked) == 1


def test_nodes_that_wait_are_named(browse, tester, make_version, look):
    version = make_version(node("pause", "for ever", "p", title="Ask them"))
    browse(tester)

    page = shown(look(version, "test"))
    assert "where only an answer goes on, the test ends" in page
    assert "Ask them" in page


def test_a_test_that_waits_says_what_to_do(browse, tester, make_version, rehearse):
    browse(tester)

    page = shown(rehearse(make_version(node("pause", "for ever", "p"))))

    assert "Waits for an answer" in page
    assert "Pin a result of the node that waits" in page


def test_a_wrong_value_is_shown_where_it_is(browse, owner, version, rehearse):
    services.pin(version, services.TRIGGER, Given({"data": 1}))
    browse(owner)

    response = rehearse(version, **{"test-example": "[]"})

    assert response.status_code == 422
    assert "Enter a JSON object." in response.content.decode()
    assert not Rehearsal.objects.exists()


def test_the_kept_example_is_used_again(browse, owner, make_version, look, rehearse):
    version = make_version(say(text="{{ trigger.date }}"))
    browse(owner)

    rehearse(version, **{"trigger-date": "2026-01-02 03:04:05", "test-keep": "on"})
    assert "2026-01-02" in shown(look(version, "test"))

    example = json.dumps({"data": {}, "date": "soon"})
    page = shown(rehearse(version, **{"test-example": example}))
    assert "soon" in page


def test_the_last_run_gives_the_example(browse, owner, frozen, pin):
    browse(owner)

    shown(pin(frozen, "last"))

    stored = services.pins_of(frozen)[services.TRIGGER].result
    assert stored == Execution.objects.get().context
    shown(pin(frozen, "unpin"))
    assert not services.pins_of(frozen)


def test_without_a_run_there_is_no_example(browse, owner, version, pin):
    browse(owner)

    response = pin(version, "last")

    assert response.status_code == 422
    assert "there was no run yet" in response.content.decode()


# From a node on.


def test_from_a_node_on_says_what_is_known(browse, owner, make_version, look, rehearse):
    version = make_version(say("a"), say("b", "{{ nodes.a }}!"))
    browse(owner)
    assert "have given nothing yet" in shown(look(version, "test:b"))
    services.pin(version, "a", Given("pinned"))

    assert "what is pinned" in shown(look(version, "test:b"))
    page = shown(rehearse(version, start="b"))

    assert "pinned!" in page
    assert [step.key for step in services.played_in(Rehearsal.objects.get())] == ["b"]


def test_from_inside_a_loop_is_said_to_begin_earlier(browse, owner, make_version, look):
    body = {"body": [say("x")]}
    loop = {"key": "l", "type": "loop", "config": {}, "branches": body}
    browse(owner)

    page = shown(look(make_version(loop), "test:x"))

    assert "cannot be entered from outside" in page


def test_an_unknown_node_is_no_start(browse, owner, version, look, rehearse):
    browse(owner)

    assert rehearse(version, start="nix").status_code == 404
    assert look(version, "test:nix").status_code == 404


# Who may.


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_testers_test(browse, operator, version, look, rehearse, method):
    browse(operator)

    assert rehearse(version).status_code == 403
    assert look(version, "test").status_code == 403
    assert "?panel=test" not in shown(look(version, ""))


def test_only_posts_test_and_pin(browse, owner, version):
    for name in ("rehearse", "pin"):
        address = url(f"workflowversion_{name}", version.pk)
        assert browse(owner).get(address).status_code == 405


def test_results_of_runs_are_for_who_may_see_runs(
    browse, tester, owner, make_version, look
):
    version = make_version(say(text="{{ 111 * 111 }}"))
    execute(version)
    services.pin(version, "say", Given("secret"))

    browse(tester)
    page = shown(look(version, "pin:say"))
    assert "secret" not in page
    assert "12321" not in page
    assert "Only people who may see executions" in page
    browse(owner)
    assert "12321" in shown(look(version, "pin:say"))


def test_the_last_test_is_for_who_made_it_or_may_see_runs(
    browse, tester, viewer, version, look, rehearse
):
    other = person("other", "view_workflow", "test_node")
    browse(tester)
    rehearse(version)
    assert "hello" in shown(look(version, "tested"))

    browse(other)
    assert "was not tested yet" in shown(look(version, "tested"))
    browse(viewer)
    assert "hello" in shown(look(version, "tested"))


def test_only_who_may_change_pins(browse, tester, viewer, version, pin):
    for who in (tester, viewer):
        browse(who)
        assert pin(version, "pin", "say", **{"pin-result": "1"}).status_code == 403


def test_who_sees_no_runs_pins_nothing_but_may_unpin(browse, version, pin):
    browse(person("editor", "view_workflow", "change_workflow", "test_node"))
    services.pin(version, "say", Given(1))

    assert pin(version, "last", "say").status_code == 403
    assert shown(pin(version, "unpin", "say"))
    assert not services.pins_of(version)


# Pinning.


def test_typed_json_is_pinned_and_shown_on_the_card(browse, owner, version, pin, look):
    browse(owner)

    page = shown(pin(version, "pin", "say", **{"pin-result": '{"x": 1}'}))

    assert services.pins_of(version)["say"] == Given({"x": 1}, "")
    assert "Pinned for tests" in page
    assert "Pinned for tests</span>" in shown(look(version, ""))


def test_a_wrong_result_is_shown_where_it_is(browse, owner, version, pin):
    browse(owner)

    response = pin(version, "pin", "say", **{"pin-result": "{"})

    assert response.status_code == 422
    assert "This is no JSON" in response.content.decode()


def test_a_branch_is_pinned_with_the_result(browse, owner, make_version, pin):
    inner = {"yes": [say("x")], "no": []}
    version = make_version(node("choose", 1, "if", branches=inner))
    browse(owner)

    pin(version, "pin", "if", **{"pin-result": "true", "pin-branch": "yes"})
    assert services.pins_of(version)["if"] == Given(result=True, branch="yes")

    execute(version)
    pin(version, "last", "if")
    assert services.pins_of(version)["if"] == Given(result=True, branch="yes")


def test_without_a_result_there_is_nothing_to_pin(browse, owner, version, pin):
    browse(owner)

    response = pin(version, "last", "say")

    assert response.status_code == 422
    assert "has given no result yet" in response.content.decode()


@pytest.mark.parametrize(
    ("action", "key"), [("nix", "say"), ("pin", "nix"), ("pin", "")]
)
def test_odd_pins_are_not_found(browse, owner, version, pin, action, key):
    browse(owner)

    assert pin(version, action, key).status_code == 404


def test_hostile_results_are_text(browse, owner, make_version, rehearse):
    browse(owner)

    page = shown(rehearse(make_version(say(text="<script>alert(1)</script>"))))

    assert "<script>alert(1)" not in page
