"""The list of executions, the page of one, and what may be done to them."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.workflows.admin.conftest import execute, person, said, say, shown, url
from workflows import services
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution, Job, Workflow, WorkflowVersion
from workflows.states import ExecutionStatus

LIST = "execution_changelist"


@pytest.fixture
def queued(version, now):
    return services.run_manually(version, {}, now)


@pytest.fixture
def ended(version):
    return execute(version)


@pytest.fixture
def broken(make_version):
    return execute(make_version({"key": "boom", "type": "test_boom"}, title="Broken"))


def listed(browser, **query):
    return list(browser.get(url(LIST), query).context["cl"].result_list)


# The list.


def test_execution_is_listed_with_its_status(by_owner, ended):
    page = shown(by_owner.get(url(LIST)))

    assert "Greeting" in page
    assert "wf-succeeded" in page
    assert "Succeeded" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status__exact": "succeeded"}, ["Greeting"]),
        ({"status__exact": "error"}, ["Broken"]),
        ({"manual__exact": "0"}, []),
    ],
)
def test_filters_find(by_owner, ended, broken, query, found):
    assert [e.workflow.title for e in listed(by_owner, **query)] == found


def test_workflow_is_filtered_by_its_link(by_owner, ended, broken):
    found = listed(by_owner, workflow__id__exact=broken.workflow_id)

    assert found == [broken]


def test_version_is_filtered_by_its_link(by_owner, ended, broken):
    assert listed(by_owner, version__id__exact=ended.version_id) == [ended]


def test_filter_of_workflows_does_not_list_them_all(by_owner, ended, broken):
    page = shown(by_owner.get(url(LIST), {"workflow__id__exact": broken.workflow_id}))

    assert "admin-autocomplete" in page
    assert page.count("<option") < 10


def test_purged_workflow_does_not_hide_its_history(by_owner, ended):
    WorkflowVersion.objects.all()._raw_delete("default")
    Workflow.objects.all()._raw_delete("default")

    page = shown(by_owner.get(url(LIST)))

    assert url("execution_change", ended.pk) in page
    assert "deleted" in page


def test_archived_workflow_is_named(by_owner, ended, now):
    services.archive(ended.workflow, now)

    page = shown(by_owner.get(url(LIST)))

    assert url("workflow_change", ended.workflow_id) not in page
    assert "Greeting" in page


def test_list_costs_the_same_for_many(
    by_owner, ended, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9) as few:
        by_owner.get(url(LIST))
    for _ in range(5):
        execute(ended.version)

    with django_assert_num_queries(len(few)):
        by_owner.get(url(LIST))


def test_list_reads_no_json_and_counts_no_distinct(by_owner, ended, connection_log):
    by_owner.get(url(LIST))

    assert not [sql for sql in connection_log() if "DISTINCT" in sql]
    assert not [sql for sql in connection_log() if '"context"' in sql]


@pytest.fixture
def connection_log():
    with CaptureQueriesContext(connection) as captured:
        yield lambda: [query["sql"] for query in captured.captured_queries]


def test_count_stops_at_its_most(ended, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 2)
    for _ in range(4):
        execute(ended.version)

    pages = CappedPaginator(Execution.objects.order_by("-pk"), 2)

    assert pages.count == 3
    assert pages.is_capped is True


def test_capped_count_is_said(by_owner, ended, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 1)
    execute(ended.version)

    assert "more than 1 executions" in shown(by_owner.get(url(LIST)))


# Effects.


def test_queued_execution_is_cancelled_with_the_name(by_owner, queued):
    by_owner.post(url("execution_cancel", queued.pk))

    queued.refresh_from_db()
    assert queued.status == ExecutionStatus.CANCELLED
    assert queued.reason == "cancelled by owner"


def test_ended_execution_is_not_cancelled(by_owner, ended):
    response = by_owner.post(url("execution_cancel", ended.pk), follow=True)

    assert said(response) == [
        f"Execution {ended.pk} cannot move from 'succeeded' to 'cancelled'."
    ]


def test_running_again_leads_to_the_new_execution(by_owner, ended):
    response = by_owner.post(url("execution_retry", ended.pk))

    again = Execution.objects.latest("pk")
    assert response.url == url("execution_change", again.pk)
    assert again != ended


def test_effect_is_logged(by_owner, queued):
    by_owner.post(url("execution_cancel", queued.pk))

    assert LogEntry.objects.get().object_id == str(queued.pk)


@pytest.mark.parametrize("name", ["cancel", "retry", "mend", "mend_newest"])
def test_effects_need_post(by_owner, ended, name):
    assert by_owner.get(url(f"execution_{name}", ended.pk)).status_code == 405


@pytest.mark.parametrize("name", ["cancel", "retry", "mend", "mend_newest"])
def test_viewer_has_no_effect(browse, viewer, ended, name):
    address = url(f"execution_{name}", ended.pk)

    assert browse(viewer).post(address).status_code == 403


def test_ended_execution_is_deleted_with_its_jobs(by_owner, ended):
    by_owner.post(url("execution_delete", ended.pk), {"post": "yes"})

    assert not Job.objects.exists()


def test_unfinished_execution_is_not_deleted(by_owner, queued):
    response = by_owner.post(url("execution_delete", queued.pk), {"post": "yes"})

    assert response.status_code == 403


def test_viewer_has_no_actions(browse, viewer, ended):
    assert "action-select" not in shown(browse(viewer).get(url(LIST)))


def test_stranger_sees_no_list(browse, stranger):
    assert browse(stranger).get(url(LIST)).status_code == 403


# The page.


@pytest.fixture
def page_of(client):
    def page_of(execution, **query):
        return shown(client.get(url("execution_change", execution.pk), query))

    return page_of


def test_drawer_shows_the_job_of_a_node(by_owner, ended, page_of):
    page = page_of(ended, panel="node:say")

    assert "&quot;hello&quot;" in page
    assert "Say" in page


def test_drawer_shows_error_and_traceback(by_owner, broken, page_of):
    page = page_of(broken, panel="node:boom")

    assert "It went boom." in page
    assert "Traceback (most recent call last)" in page


def test_traceback_needs_its_permission(browse, viewer, broken, page_of):
    browse(viewer)

    page = page_of(broken, panel="node:boom")

    assert "It went boom." in page
    assert "Traceback (most" not in page


def test_traceback_is_shown_to_whoever_may(browse, broken, page_of):
    browse(person("debugger", "view_execution", "view_traceback"))

    assert "Traceback (most" in page_of(broken, panel="node:boom")


def test_page_survives_a_purged_version(by_owner, ended, page_of):
    WorkflowVersion.objects.all()._raw_delete("default")

    page = page_of(ended, panel="node:say")

    assert "The version that ran is deleted" in page
    assert "&quot;hello&quot;" in page


def test_page_before_the_first_job(by_owner, queued, page_of):
    assert "No node has run yet." in page_of(queued)


def test_unfinished_one_is_cancelled_and_not_retried(by_owner, queued, page_of):
    page = page_of(queued)

    assert url("execution_cancel", queued.pk) in page
    assert url("execution_retry", queued.pk) not in page


def test_viewer_has_no_buttons(browse, viewer, ended, page_of):
    browse(viewer)

    page = page_of(ended)

    assert url("execution_retry", ended.pk) not in page
    assert url("execution_mend", ended.pk) not in page


def test_huge_result_is_cut_and_whole_on_its_own_page(by_owner, make_version, page_of):
    ended = execute(make_version(say(text="x" * 20_000)))

    page = page_of(ended, panel="node:say")

    assert "Show all of it" in page
    assert len(page) < 60_000
    assert "x" * 20_000 in shown(by_owner.get(url("execution_job", ended.pk, 1)))


def test_missing_job_has_no_page(by_owner, ended):
    assert by_owner.get(url("execution_job", ended.pk, 9)).status_code == 404


def test_missing_execution_has_no_page(by_owner):
    assert by_owner.get(url("execution_change", 999)).status_code == 404


# Sub-workflows.


@pytest.fixture
def parent(version, make_version):
    services.enable(version, NOW)
    config = {"workflow": version.workflow_id}
    sub = {"key": "sub", "type": "subworkflow", "config": config}
    return execute(make_version(sub, title="Parent"))


def test_parent_links_to_what_it_has_started(by_owner, parent):
    child = Execution.objects.get(workflow__title="Greeting")

    for page in (
        f"{url('execution_change', parent.pk)}?panel=node:sub",
        url("execution_job", parent.pk, 1),
    ):
        assert url("execution_change", child.pk) in shown(by_owner.get(page))


def test_child_links_to_what_started_it(by_owner, parent):
    child = Execution.objects.get(workflow__title="Greeting")

    page = shown(by_owner.get(url("execution_change", child.pk)))

    assert url("execution_change", parent.pk) in page
    assert url("execution_job", parent.pk, 1) in page
