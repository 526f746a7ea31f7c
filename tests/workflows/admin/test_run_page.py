"""Running a version by hand."""

import pytest
from django.contrib.admin.models import LogEntry

from tests.workflows.admin.conftest import say, shown, url
from workflows.models import Execution


@pytest.fixture
def run_page():
    return lambda version: url("workflowversion_run", version.pk)


def test_page_asks_what_the_trigger_asks(by_owner, version, run_page):
    assert 'name="date"' in shown(by_owner.get(run_page(version)))


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

    assert list(response.context["form"].form.errors) == ["date"]


def test_invalid_version_says_each_problem(by_owner, make_version, run_page):
    wrong = make_version({"key": "a", "type": "no_a"}, say(text=""))

    page = shown(by_owner.post(run_page(wrong)))

    assert "a: There is no node type &#x27;no_a&#x27;." in page
    assert "say.text: This field is required." in page


def test_operator_may_run(browse, operator, version, run_page):
    assert browse(operator).post(run_page(version)).status_code == 302


def test_viewer_may_not_run(browse, viewer, version, run_page):
    assert browse(viewer).get(run_page(version)).status_code == 403
