"""Workflows leave as documents and come back; secrets stay, nonsense is refused."""

import json

import pytest
from django.urls import reverse

from tests.conftest import NOW
from tests.nodes import node
from triggers.models import Webhook
from workflows import services
from workflows.codec import decode, encode
from workflows.exceptions import DocumentRefused, InvalidDefinition
from workflows.models import Workflow

pytestmark = pytest.mark.usefixtures("db", "nodes")


def document(**changes):
    return {
        "format": "punctual.workflow/1",
        "title": "Imported",
        "trigger": {"type": "schedule", "config": {"starts_at": NOW}},
        "definition": {"schema": 1, "nodes": [node("echo", "hi")]},
        **changes,
    }


def test_what_comes_back_is_what_left(make_version):
    version = make_version(
        node("choose", True, branches={"yes": [node("echo", NOW)]}),
        title="Original",
        description="What it does.",
        options={"timeout": 60},
        synchronous=True,
    )

    exported = services.export(version)
    again = services.import_text(encode(exported))

    assert services.export(again) == exported
    assert again.copied_values() == version.copied_values()
    assert again.workflow.description == "What it does."


def test_import_is_a_disabled_draft(make_version):
    source = services.enable(make_version(node("echo")), NOW)

    made = services.import_text(encode(services.export(source)))

    assert (made.enabled, made.current, made.run_count) == (None, True, 0)
    assert made.workflow_id != source.workflow_id


def test_import_notes_who_made_it(admin_user):
    made = services.import_document(document(), user=admin_user)

    assert made.workflow.created_by == admin_user


def test_secrets_stay(make_version):
    headers = {
        "Authorization": "Bearer abc",
        "X-Api-Key": "k3y",
        "Accept": "text/csv",
        "X-Token": "{{ vars.token }}",
    }
    config = {"url": "https://example.org", "headers": headers}
    version = make_version({"key": "call", "type": "http", "config": config})

    [call] = services.export(version)["definition"]["nodes"]

    assert call["config"]["headers"] == {
        "Accept": "text/csv",
        "X-Token": "{{ vars.token }}",
    }
    assert headers["X-Api-Key"] == "k3y"


def test_secrets_of_a_webhook_stay(make_version):
    made = make_version(trigger="webhook", config={"signature": "body"})
    version = services.enable(made, NOW)
    webhook = Webhook.objects.get(workflow=version.workflow_id)
    webhook.secrets = {**webhook.secrets, "signature": "whsec-1"}
    webhook.save()

    text = encode(services.export(version))

    assert "whsec-1" not in text
    assert webhook.secrets["token"] not in text


def test_other_workflows_are_named_by_their_titles(make_version):
    other = make_version(title="Other")
    config = {"workflow": other.workflow_id, "version": "current"}
    version = make_version({"key": "sub", "type": "subworkflow", "config": config})

    exported = services.export(version)
    other.workflow.title = "Other"
    Workflow.objects.filter(pk=other.workflow_id).update(title="Moved")
    elsewhere = make_version(title="Other")
    again = services.import_document(exported)

    [sub] = again.definition["nodes"]
    assert sub["config"]["workflow"] == elsewhere.workflow_id


def test_workflow_that_is_not_there_leaves_its_setting_empty(make_version):
    nodes = [
        {
            "key": "sub",
            "type": "subworkflow",
            "config": {"workflow": {"$workflow": "Nowhere"}},
        }
    ]

    made = services.import_document(document(definition={"schema": 1, "nodes": nodes}))

    [problem] = services.problems_of(made)
    assert (problem.node, problem.field) == ("sub", "workflow")


def test_several_workflows_are_named_too(make_version):
    one, two = make_version(title="One"), make_version(title="Two")
    config = {"workflows": [one.workflow_id, two.workflow_id], "statuses": ["failed"]}
    version = make_version(trigger="execution", config=config)

    exported = services.export(version)
    again = services.import_document(exported)

    named = exported["trigger"]["config"]["workflows"]
    assert named == [{"$workflow": "One"}, {"$workflow": "Two"}]
    assert again.trigger_config == config


def test_settings_that_are_wrong_are_told_on_the_draft():
    bad = {"schema": 1, "nodes": [{"key": "a", "type": "delay", "config": {"x": 1}}]}

    made = services.import_document(document(definition=bad))

    assert "There is no setting 'x'" in services.problems_of(made)[0].message


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format": "other/9"}, "format of the document is 'other/9'"),
        ({"colour": "red"}, "'colour', which is unknown"),
        ({"title": ""}, "lacks 'title'"),
        ({"title": ["a"]}, "'title', which is unknown or of the wrong kind"),
        ({"title": "x" * 201}, "title of the document is too long"),
        ({"trigger": {"type": "telepathy"}}, "no trigger type 'telepathy'"),
        ({"trigger": {"type": "schedule", "config": [1]}}, "no object"),
        ({"options": {"concurrency": "wild"}}, "options of the document are wrong"),
        ({"options": {"timeout": "long"}}, "options of the document are wrong"),
        ({"title": "a\0b"}, "NUL"),
        (
            {"definition": {"schema": 1, "nodes": [{"key": "a", "type": "fly"}]}},
            "no node types: fly",
        ),
    ],
)
def test_what_cannot_become_a_workflow_is_refused(changes, problem):
    with pytest.raises(DocumentRefused, match=problem):
        services.import_document(document(**changes))

    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    "definition",
    [
        {"schema": 2, "nodes": []},
        {"schema": 1, "nodes": [{"key": "A b", "type": "echo"}]},
        {"schema": 1, "nodes": [{"key": "a", "type": "echo"}] * 2},
    ],
)
def test_definition_of_a_wrong_shape_is_refused(definition):
    with pytest.raises(InvalidDefinition, match="definition|key"):
        services.import_document(document(definition=definition))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ("[" * 50_000, "no JSON"),
        ("9" * 5_000, "no JSON"),
        (" " * 1_048_577, "more than 1048576 characters"),
    ],
)
def test_text_that_is_no_document_is_refused(text, problem):
    with pytest.raises(DocumentRefused, match=problem):
        services.import_text(text)


def test_dates_in_settings_survive(make_version):
    version = make_version()

    text = encode(services.export(version))

    assert json.loads(text)["trigger"]["config"]["starts_at"] == {
        "$datetime": NOW.isoformat()
    }
    assert decode(text)["trigger"]["config"]["starts_at"] == NOW


def test_moment_that_is_a_text_is_read_as_one(admin_client):
    config = {"starts_at": NOW.isoformat(), "zone": "UTC"}
    trigger = {"type": "schedule", "config": config}

    version = services.import_document(document(trigger=trigger))

    assert version.trigger_config["starts_at"] == NOW
    page = reverse("admin:workflows_workflowversion_change", args=[version.pk])
    assert admin_client.get(page).status_code == 200
