"""The page of a version: trigger, options and the document."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import fork, said, say, shown, url
from workflows import services
from workflows.options import Concurrency


@pytest.fixture
def page_of():
    return lambda version: url("workflowversion_change", version.pk)


@pytest.fixture
def save(client, page_of):
    """Post a part of the page, as the form does."""

    def save(version, part, revision=None, **values):
        prefixed = {f"{part}-{name}": value for name, value in values.items()}
        sent = {"part": part, "revision": revision or version.revision, **prefixed}
        return client.post(page_of(version), sent, follow=True)

    return save


CUSTOM_TIME = {"mode": "time", "kind": "none", "zone": "Europe/Berlin"}


def test_page_shows_trigger_options_and_document(by_owner, version, page_of):
    parts = {
        "trigger": "2026-11-22T09:00:00",
        "options": 'name="options-stack_limit"',
        "definition": "&quot;test_say&quot;",
    }

    for panel, part in parts.items():
        assert part in shown(by_owner.get(page_of(version), {"panel": panel}))


def test_trigger_is_saved_in_its_own_shape(by_owner, version, save):
    cron = {**CUSTOM_TIME, "kind": "cron", "expression": "*/5 * * * *"}

    save(version, "trigger", starts_at="2030-01-01 10:00", **cron)

    version.refresh_from_db()
    repeat = {"kind": "cron", "expression": "*/5 * * * *"}
    assert version.trigger_config["repeat"] == repeat
    assert (
        version.trigger_config["starts_at"].isoformat() == "2030-01-01T10:00:00+01:00"
    )


def test_wrong_cron_is_an_error_of_its_field(by_owner, version, save):
    response = save(
        version, "trigger", **{**CUSTOM_TIME, "kind": "cron"}, expression="x"
    )

    form = response.context["panel"].context["form"].form
    assert list(form.errors) == ["expression"]
    assert 'value="x"' in shown(response)


def test_trigger_of_an_enabled_version_is_armed_again(by_owner, make_version, save):
    tomorrow = timezone.now() + timedelta(days=1)
    version = make_version(config={"starts_at": tomorrow})
    version = services.enable(version, timezone.now())

    save(version, "trigger", **CUSTOM_TIME, starts_at="2040-01-01 00:00:00+00:00")

    assert str(version.schedules.get().next_run_at)[:4] == "2040"


def test_options_are_saved(by_owner, version, save):
    save(version, "options", timeout="60", stack_limit="3")

    version.refresh_from_db()
    assert version.options == {
        "timeout": 60,
        "stack_limit": 3,
        "concurrency": "parallel",
        "max_running": 1,
    }


def test_concurrency_is_saved_and_shown(by_owner, version, save, page_of):
    save(version, "options", stack_limit="1", concurrency="queue", max_running="4")

    version.refresh_from_db()
    assert version.behaviour.concurrency == Concurrency.QUEUE
    assert version.behaviour.max_running == 4
    page = shown(by_owner.get(page_of(version), {"panel": "options"}))
    assert '<option value="queue" selected>' in page


@pytest.mark.parametrize("number", ["0", "-1", "10001", "x"])
def test_wrong_maximum_is_an_error_of_its_field(by_owner, version, save, number):
    response = save(version, "options", stack_limit="1", max_running=number)

    form = response.context["panel"].context["form"].form
    assert list(form.errors) == ["max_running"]


def test_options_of_a_frozen_version_are_saved(by_owner, frozen, save):
    save(frozen, "options", timeout="60", stack_limit="3")

    frozen.refresh_from_db()
    assert frozen.options["timeout"] == 60


def test_document_is_saved(by_owner, version, save):
    document = {"schema": 1, "nodes": [say("other")]}

    response = save(version, "definition", definition=json.dumps(document))

    version.refresh_from_db()
    assert version.definition == document
    assert said(response) == ["Changed the definition."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This field is required."),
        ("{", "This is no JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "The definition is nested too deeply."),
        ('{"schema": NaN}', "cannot be stored as JSON"),
        ('{"nodes": []}', "In the definition, at $: &#x27;schema&#x27; is a required"),
        (
            '{"schema": 1, "nodes": [{"key": "a", "type": "x"}]}',
            "a: There is no node type &#x27;x&#x27;.",
        ),
        (
            json.dumps({"schema": 1, "nodes": [say(text="{{ nodes.no }}")]}),
            "There is no earlier node &#x27;no&#x27;.",
        ),
    ],
)
def test_wrong_document_gets_a_sentence(by_owner, version, save, text, sentence):
    response = save(version, "definition", definition=text)

    assert sentence in shown(response)
    version.refresh_from_db()
    assert version.revision == 1


def test_frozen_version_refuses_and_offers_the_copy(by_owner, frozen, save):
    page = shown(save(frozen, "trigger", **CUSTOM_TIME, starts_at="2030-01-01 10:00"))

    assert "has run and is frozen. Copy it as a new version" in page
    assert url("workflowversion_copy_as_version", frozen.pk) in page


def test_frozen_version_has_no_save_button_but_for_options(by_owner, frozen, page_of):
    is_open = []
    for panel in ("trigger", "options", "definition"):
        context = by_owner.get(page_of(frozen), {"panel": panel}).context
        is_open.append(context["panel"].context["open"])

    assert is_open == [False, True, False]


def test_second_tab_is_told_and_keeps_its_text(by_owner, version, save):
    document = json.dumps({"schema": 1, "nodes": [say("mine")]})
    services.change_definition(version, {"schema": 1, "nodes": [say("theirs")]})

    page = shown(save(version, "definition", revision=1, definition=document))

    assert "was changed by somebody else: you edited revision 1" in page
    assert "mine" in page


def test_broken_revision_conflicts(by_owner, version, save):
    page = shown(save(version, "definition", revision="x", definition="{}"))

    version.refresh_from_db()
    assert version.revision == 1
    assert "required" in page


def test_unknown_trigger_type_is_said(by_owner, make_version, page_of):
    version = make_version()
    type(version).objects.update(trigger_type="gone")

    assert "The trigger type “gone” is not installed." in shown(
        by_owner.get(page_of(version))
    )


def test_unknown_trigger_type_cannot_be_saved(by_owner, make_version, save):
    version = make_version()
    type(version).objects.update(trigger_type="gone")

    assert "There is no trigger type &#x27;gone&#x27;" in shown(
        save(version, "trigger")
    )


def test_nodes_are_listed_with_their_branches(by_owner, make_version, page_of):
    version = make_version(fork(yes=[say("inner", title="Inner")], no=[]), say())

    page = shown(by_owner.get(page_of(version)))

    assert page.index('id="node-fork"') < page.index('id="node-inner"')
    assert page.index('id="node-inner"') < page.index('id="node-say"')
    assert "after=fork&amp;branch=no" in page


def test_broken_definition_does_not_break_the_page(by_owner, version, page_of):
    type(version).objects.update(definition={"nodes": "?"})

    assert "The nodes cannot be shown" in shown(by_owner.get(page_of(version)))


def test_deep_branches_are_shown(by_owner, make_version, page_of):
    line = [say("deepest")]
    for depth in range(60):
        line = [fork(f"fork_{depth}", yes=line)]
    version = make_version(*line)

    assert 'id="node-deepest"' in shown(by_owner.get(page_of(version)))


def test_viewer_reads_and_saves_nothing(browse, viewer, version, page_of, save):
    page = shown(browse(viewer).get(page_of(version)))

    assert 'type="submit" value="Save"' not in page
    assert "Add a node" not in page
    assert save(version, "options", stack_limit="2").status_code == 403


def test_stranger_sees_no_version(browse, stranger, version, page_of):
    assert browse(stranger).get(page_of(version)).status_code == 403


def test_versions_have_no_list_of_their_own(by_owner, version):
    list_of_workflows = by_owner.get(url("workflowversion_changelist"))

    assert list_of_workflows.url == url("workflow_changelist")


def test_versions_are_not_added_alone(by_owner):
    assert by_owner.get(url("workflowversion_add")).url == url("workflow_add")


def test_changes_are_in_the_history_of_the_version(by_owner, version, save):
    save(version, "options", stack_limit="2")

    page = shown(by_owner.get(url("workflowversion_history", version.pk)))

    assert "Changed the options." in page


def test_versions_are_not_in_the_index(by_owner):
    page = shown(by_owner.get("/admin/"))

    assert url("workflow_changelist") in page
    assert url("workflowversion_changelist") not in page
