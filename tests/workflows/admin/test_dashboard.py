"""The start page: its figures, who sees which, and what a look again costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import execute, person, say, shown, url
from workflows import services
from workflows.admin.dashboard import glances
from workflows.models import Execution

PAGE = "workflow_dashboard"
BOARD = {"X-Wf-Fragment": "board"}


@pytest.fixture
def broken(make_version):
    return execute(make_version({"key": "boom", "type": "test_boom"}, title="Broken"))


def add(version, *statuses, age=timedelta(minutes=5)):
    now = timezone.now()
    first = Execution.objects.count()
    Execution.objects.bulk_create(
        Execution(
            workflow_id=version.workflow_id,
            version_id=version.pk,
            event_key=f"added-{first + number}",
            status=status,
            created_at=now - age,
        )
        for number, status in enumerate(statuses)
    )


def test_last_day_is_counted_by_hour(version):
    add(version, "succeeded", age=timedelta(hours=30))
    add(version, "succeeded", "failed", age=timedelta(hours=3))
    add(version, "error", "cancelled", "running")

    day = glances.last_day(timezone.now())

    assert (day.total, day.succeeded, day.wrong) == (5, 1, 2)
    assert [hour.total for hour in day.hours if hour.total] in ([2, 3], [2, 2, 1])
    assert day.since is None


def test_busy_day_is_counted_in_part(version, monkeypatch):
    monkeypatch.setattr(glances, "COUNTED", 2)
    add(version, *["succeeded"] * 3)

    day = glances.last_day(timezone.now())

    assert day.total == 2
    assert day.since is not None


def test_last_failures_are_the_newest_of_all_kinds(version):
    add(version, "failed", "error", "succeeded", "timed_out", "failed")

    found = [each.status for each in glances.last_failures(3)]

    assert found == ["failed", "timed_out", "error"]


def test_board_shows_figures_failures_and_what_comes(by_owner, broken, make_version):
    soon = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    version = make_version(say(), title="Soon", config={"starts_at": soon})
    services.enable(version, timezone.now())
    add(version, "running", "waiting", "queued")

    page = shown(by_owner.get(url(PAGE)))

    assert "4 executions in 24 hours: 0 succeeded, 1 went wrong." in page
    assert url("execution_change", broken.pk) in page
    assert "RuntimeError: It went boom." in page or "It went boom." in page
    assert soon.isoformat() in page
    assert f"{url('execution_changelist')}?status__exact=running" in page


def test_empty_board_says_what_to_do(by_owner):
    page = shown(by_owner.get(url(PAGE)))

    assert "Nothing has run. Enable a workflow, or run one by hand." in page
    assert "Nothing has gone wrong." in page
    assert "Nothing is planned." in page


def test_purged_workflow_of_a_failure_is_named_deleted(by_owner, broken):
    broken.workflow.versions.all()._raw_delete("default")
    type(broken.workflow).objects.all()._raw_delete("default")

    assert "deleted" in shown(by_owner.get(url(PAGE)))


def test_nothing_new_is_answered_with_304(by_owner, broken):
    first = by_owner.get(url(PAGE), headers=BOARD)
    etag = first.headers["ETag"]

    again = by_owner.get(url(PAGE), headers={**BOARD, "If-None-Match": etag})
    add(broken.version, "failed")
    changed = by_owner.get(url(PAGE), headers={**BOARD, "If-None-Match": etag})

    assert (first.status_code, again.status_code) == (200, 304)
    assert b"<html" not in first.content
    assert changed.status_code == 200


def test_page_names_the_state_that_it_shows(by_owner, broken):
    etag = by_owner.get(url(PAGE), headers=BOARD).headers["ETag"].strip('"')

    assert etag in shown(by_owner.get(url(PAGE)))


@pytest.mark.parametrize(
    ("may", "sees", "hidden"),
    [
        ("view_workflow", "Next runs", "Last failures"),
        ("view_execution", "Last failures", "Next runs"),
        ("view_worker", "Schedulers", "Last failures"),
    ],
)
def test_everybody_sees_what_is_theirs(browse, broken, may, sees, hidden):
    page = shown(browse(person("one", may)).get(url(PAGE)))

    assert sees in page
    assert hidden not in page


def test_stranger_sees_no_dashboard(browse, stranger):
    assert browse(stranger).get(url(PAGE)).status_code == 403


def test_board_costs_the_same_for_many(
    by_owner, version, django_assert_num_queries, django_assert_max_num_queries
):
    execute(version)
    with django_assert_max_num_queries(45) as few:
        by_owner.get(url(PAGE))
    # Twice as many make one more step of the search for the first of the day at most.
    add(version, *["failed"] * 40)

    with django_assert_max_num_queries(len(few) + 6):
        by_owner.get(url(PAGE))


@pytest.mark.parametrize("name", ["workflow_changelist", "execution_changelist"])
def test_lists_lead_to_the_dashboard(by_owner, version, name):
    assert f'href="{url(PAGE)}"' in shown(by_owner.get(url(name)))


def test_index_of_the_app_leads_to_the_pages(by_owner, browse, stranger):
    page = shown(by_owner.get("/admin/workflows/"))

    for name in (PAGE, "workflow_calendar", "worker_health"):
        assert f'href="{url(name)}"' in page
