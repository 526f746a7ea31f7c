"""Running a version by hand."""

import pytest
from django.contrib.admin.models import LogEntry

from tests.workflows.admin.conftest import say, shown, url
from workflows import services
from workflows.models import Execution

EDITOR = {"X-Wf-Fragment": "editor"}


@pytest.fixture
def run_page():
    return lambda version: url("workflowversion_run", version.pk)


def panel(client, version, name="run"):
    return client.get(url("workflowversion_change", version.pk), {"panel": name})


def test_drawer_asks_what_the_trigger_asks(by_owner, version, run_page):
    response = by_owner.get(run_page(version), follow=True)

    assert response.request["QUERY_STRING"] == "panel=run"
    assert 'name="date"' in shown(response)


def test_draft_is_said_to_be_frozen_by_a_run(by_owner, version, frozen):
    copied = services.copy_as_version(frozen)

    assert "From then on the version is frozen" in shown(panel(by_owner, copied))
    assert "From then on" not in shown(panel(by_owner, frozen))


def test_drawer_leads_to_the_execution(by_owner, version, run_page):
    response = by_owner.post(run_page(version), headers=EDITOR)

    execution = Execution.objects.get()
    page = shown(response)
    assert response.context["panel"].name == f"ran:{execution.pk}"
    assert url("execution_change", execution.pk) in page
    assert version.workflow.versions.count() == 1


def test_run_may_make_the_version_to_go_on_with(by_owner, version, run_page):
    page = shown(by_owner.post(run_page(version), {"copy": "on"}, headers=EDITOR))

    copied = version.workflow.versions.get(number=2)
    assert copied.is_frozen is False
    assert url("workflowversion_change", copied.pk) in page
    assert "Go on editing in version 2" in page


def test_operator_makes_no_version(browse, operator, version, run_page):
    client = browse(operator)

    shown(client.post(run_page(version), {"copy": "on"}, headers=EDITOR))

    assert version.workflow.versions.count() == 1


def test_execution_of_another_version_is_not_shown(by_owner, version, frozen):
    other = services.copy_as_new(frozen)
    execution = Execution.objects.get()

    assert panel(by_owner, other, f"ran:{execution.pk}").status_code == 404
    assert panel(by_owner, frozen, "ran:nix").status_code == 404
    assert shown(panel(by_owner, frozen, f"ran:{execution.pk}"))


def test_disabled_version_runs_and_leads_to_its_execution(by_owner, version, run_page):
    response = by_owner.post(run_page(version), {"date": "2026-01-02 03:04:05"})

    execution = Execution.objects.get()
    assert response.url == url("execution_change", execution.pk)
    assert execution.manual is True
    assert execution.context["date"].isoformat() == "2026-01-02T03:04:05+00:00"


def test_run_is_logged(by_owner, version, run_page):
    by_owner.post(run_page(version))

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Ran by hand: Version 1 of 'Greeting'."


def test_wrong_value_is_an_error_of_its_field(by_owner, version, run_page):
    response = by_owner.post(run_page(version), {"date": "soon"})

    panel = response.context["panel"]
    assert list(panel.context["form"].form.errors) == ["date"]


def test_invalid_version_says_each_problem(by_owner, make_version, run_page):
    wrong = make_version({"key": "a", "type": "no_a"}, say(text=""))

    page = shown(by_owner.post(run_page(wrong)))

    assert "a: There is no node type &#x27;no_a&#x27;." in page
    assert "say.text: This field is required." in page


def test_operator_may_run(browse, operator, version, run_page):
    assert browse(operator).post(run_page(version)).status_code == 302


def test_viewer_may_not_run(browse, viewer, version, run_page):
    assert browse(viewer).get(run_page(version)).status_code == 403
    assert panel(browse(viewer), version).status_code == 403
