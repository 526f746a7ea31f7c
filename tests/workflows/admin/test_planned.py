"""The data of calendars, and the columns that sort by time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.workflows.admin.conftest import execute, say, url
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from workflows import services

ADDRESS = "/admin/workflows/workflow/planned/"


@pytest.fixture
def soon():
    return timezone.now().replace(microsecond=0) + timedelta(minutes=2)


def around(moment):
    return {"start": moment - timedelta(hours=1), "end": moment + timedelta(hours=1)}


def test_planned_runs_are_answered(browse, viewer, make_version, soon):
    version = make_version(config={"starts_at": soon, "zone": "Asia/Tokyo"})
    services.enable(version, timezone.now())

    answer = browse(viewer).get(ADDRESS, around(soon)).json()

    [run] = answer["runs"]
    assert answer["complete"] is True
    assert (run["workflow"], run["title"]) == (version.workflow_id, "Test")
    assert run["moment"].endswith("+09:00")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start": "2026-01-01"}, "end"),
        ({"start": "x", "end": "2026-01-01"}, "start"),
        ({"start": "2026-01-01", "end": "2025-01-01"}, "end"),
        ({"start": "2026-01-01", "end": "2036-01-01"}, "end"),
    ],
)
def test_wrong_range_is_refused(by_owner, query, field):
    response = by_owner.get(ADDRESS, query)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_stranger_gets_no_plans(browse, stranger):
    assert browse(stranger).get(ADDRESS).status_code == 403


@pytest.fixture
def cast(make_version, soon, settings):
    """Give workflows that are enabled, ended, disabled, and about records."""
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"]}
    now = timezone.now()
    later = {"starts_at": soon + timedelta(hours=1)}
    services.enable(make_version(title="Later", config=later), now)
    services.enable(make_version(title="Ended", config={"starts_at": soon}), now)
    Schedule.objects.filter(next_run_at=soon).update(next_run_at=None)
    make_version(title="Disabled", config={"starts_at": soon})
    for number in (2, 1):
        joined = soon + timedelta(seconds=number)
        User.objects.create(username=f"u{number}", date_joined=joined)
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    services.enable(make_version(title="Records", config=fields), now)
    FireSchedules().drain(now)


def listed(browser, order):
    response = browser.get(url("workflow_changelist"), {"o": order})
    return response.context["cl"].result_list


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ("5", ["Records", "Later", "Disabled", "Ended"]),
        ("-5", ["Later", "Records", "Disabled", "Ended"]),
    ],
)
def test_next_run_sorts_with_what_has_none_last(by_owner, cast, order, titles):
    found = [each.title for each in listed(by_owner, order)]

    assert found[:2] == titles[:2]
    assert sorted(found[2:]) == titles[2:]


def test_next_run_of_records_is_the_nearest_one(by_owner, cast, soon):
    first = listed(by_owner, "5")[0]

    assert first.next_run_at == soon + timedelta(seconds=1)


@pytest.mark.parametrize("order", ["6", "-6"])
def test_workflows_that_never_ran_sort_last(by_owner, make_version, order):
    make_version(say(), title="Never")
    execute(make_version(say(), title="Ran"))

    assert [each.title for each in listed(by_owner, order)] == ["Ran", "Never"]
