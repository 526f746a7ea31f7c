"""What is done to versions by buttons."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from tests.workflows.admin.conftest import said, shown, url
from workflows import services
from workflows.models import Workflow, WorkflowVersion


@pytest.fixture
def press(client):
    """Press a button of a version."""

    def press(name, version, *, follow=True):
        return client.post(url(f"workflowversion_{name}", version.pk), follow=follow)

    return press


def test_enabling_says_so(by_owner, version, press):
    response = press("enable", version)

    assert said(response) == ["Enabled: Version 1 of 'Greeting'."]


def test_enabling_an_invalid_one_says_each_problem(by_owner, make_version, press):
    wrong = make_version({"key": "a", "type": "no_a"}, {"key": "b", "type": "no_b"})

    first, second = said(press("enable", wrong))

    assert first.startswith("Version 1 of 'Test': a: There is no node type 'no_a'.")
    assert second.startswith("Version 1 of 'Test': b: There is no node type 'no_b'.")


def test_disabling_stops(by_owner, version, press):
    services.enable(version, timezone.now())

    press("disable", version)

    version.refresh_from_db()
    assert version.enabled is None


def test_copy_as_version_leads_to_the_copy(by_owner, frozen, press):
    response = press("copy_as_version", frozen, follow=False)

    copy = WorkflowVersion.objects.get(number=2)
    assert response.url == url("workflowversion_change", copy.pk)


def test_copy_as_new_leads_to_the_copy(by_owner, owner, version, press):
    response = press("copy_as_new", version, follow=False)

    copy = WorkflowVersion.objects.get(workflow__title="Greeting copy")
    assert response.url == url("workflowversion_change", copy.pk)
    assert copy.workflow.created_by == owner


def test_effects_are_logged_with_the_workflow(by_owner, version, press):
    press("enable", version)

    entry = LogEntry.objects.get()
    assert entry.object_id == str(version.workflow_id)


@pytest.mark.parametrize(
    "name", ["enable", "disable", "copy_as_version", "copy_as_new"]
)
def test_effects_need_post(by_owner, version, name):
    assert by_owner.get(url(f"workflowversion_{name}", version.pk)).status_code == 405


@pytest.mark.parametrize(
    "name", ["enable", "disable", "copy_as_version", "copy_as_new", "run"]
)
def test_viewer_has_no_effect(browse, viewer, version, press, name):
    browse(viewer)

    assert press(name, version).status_code == 403


@pytest.mark.parametrize(
    "name", ["enable", "disable", "copy_as_version", "copy_as_new", "run"]
)
def test_anonymous_has_no_effect(version, press, name):
    assert press(name, version, follow=False).url.startswith("/admin/login/")


def test_effects_need_the_token(version, owner):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    address = url("workflowversion_enable", version.pk)
    assert browser.post(address).status_code == 403


def test_deleting_a_version_asks_first(by_owner, version):
    copy = services.copy_as_version(version)

    page = shown(by_owner.get(url("workflowversion_delete", copy.pk)))

    assert "Delete this version?" in page


def test_deleting_a_version_keeps_the_others(by_owner, version):
    copy = services.copy_as_version(version)

    response = by_owner.post(url("workflowversion_delete", copy.pk), {"post": "yes"})

    assert response.url == url("workflow_change", version.workflow_id)
    assert version.workflow.versions.present().get() == version


def test_deleting_the_current_version_deletes_all(by_owner, version):
    page = url("workflowversion_delete", version.pk)
    assert "the whole workflow is deleted" in shown(by_owner.get(page))

    response = by_owner.post(page, {"post": "yes"})

    assert response.url == url("workflow_changelist")
    assert not Workflow.objects.present().exists()


def test_version_of_an_archived_workflow_is_gone(by_owner, version, press):
    services.archive(version.workflow, timezone.now())

    assert press("enable", version).status_code == 404
