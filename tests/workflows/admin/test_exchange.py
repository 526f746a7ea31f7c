"""The pages that export, import and offer templates."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.nodes import node
from workflows import registry, services
from workflows.codec import encode
from workflows.models import Workflow, WorkflowVersion

IMPORT = "admin:workflows_workflow_import"


@pytest.fixture
def version(make_version):
    return make_version(node("echo"), title="Заказы")


@pytest.fixture
def template():
    return next(iter(registry.templates))


def viewer(client):
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_workflow"))
    client.force_login(user)
    return client


def test_export_is_a_file(admin_client, version):
    place = reverse("admin:workflows_workflowversion_export", args=[version.pk])

    answer = admin_client.get(place)

    assert answer["Content-Disposition"].startswith("attachment;")
    assert json.loads(answer.content)["title"] == "Заказы"


def test_whoever_may_not_view_exports_nothing(client, version):
    client.force_login(User.objects.create_user("bob", is_staff=True))
    place = reverse("admin:workflows_workflowversion_export", args=[version.pk])

    assert client.get(place).status_code == 403


@pytest.mark.parametrize("way", ["file", "text"])
def test_import_shows_the_draft(admin_client, version, way):
    text = encode(services.export(version))
    file = SimpleUploadedFile("a.json", text.encode())

    answer = admin_client.post(
        reverse(IMPORT), {way: file if way == "file" else text}, follow=True
    )

    made = WorkflowVersion.objects.latest("pk")
    assert made != version
    assert answer.request["PATH_INFO"].endswith(f"/workflowversion/{made.pk}/change/")
    assert "Imported: Заказы." in answer.text


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({}, "Choose a file, or enter its text."),
        ({"text": "{"}, "The document is no JSON."),
        ({"file": SimpleUploadedFile("a", b"\xff")}, "The file is no text in UTF-8."),
        ({"file": SimpleUploadedFile("a", b"x" * 1_048_577)}, "more than 1048576"),
    ],
)
def test_wrong_import_is_told(admin_client, sent, problem):
    assert problem in admin_client.post(reverse(IMPORT), sent).text
    assert not Workflow.objects.exists()


def test_import_needs_the_permission_to_add(client, db):
    assert viewer(client).get(reverse(IMPORT)).status_code == 403
    assert client.post(reverse(IMPORT), {"text": "{}"}).status_code == 403


def test_gallery_offers_every_template(admin_client, db):
    text = admin_client.get(reverse("admin:workflows_workflow_add")).text

    for each in registry.templates:
        assert (
            reverse("admin:workflows_workflow_from_template", args=[each.name]) in text
        )
        assert str(each.description).split(":")[0] in text


def test_template_becomes_a_workflow_by_a_post(admin_client, template):
    place = reverse("admin:workflows_workflow_from_template", args=[template.name])

    assert admin_client.get(place).status_code == 405
    answer = admin_client.post(place, follow=True)

    assert Workflow.objects.get().title == str(template.title)
    assert "It is disabled as yet." in answer.text


def test_unknown_template_is_not_found(admin_client, db):
    place = reverse("admin:workflows_workflow_from_template", args=["nix"])

    assert admin_client.post(place).status_code == 404


def test_template_needs_the_permission_to_add(client, db, template):
    place = reverse("admin:workflows_workflow_from_template", args=[template.name])

    assert viewer(client).post(place).status_code == 403
    assert not Workflow.objects.exists()
