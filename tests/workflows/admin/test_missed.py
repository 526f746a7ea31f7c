"""Running afterwards what a schedule missed."""

import pytest
import time_machine
from django.contrib.admin.models import LogEntry

from tests.conftest import NOW
from tests.workflows.admin.conftest import said, say, shown, url
from workflows.models import Execution, Workflow

HOURLY = {"repeat": {"kind": "cron", "expression": "0 * * * *"}, "zone": "Asia/Tokyo"}


@pytest.fixture(autouse=True)
def frozen_time():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hourly(make_version):
    return make_version(say(), config=HOURLY, title="Hourly")


def page_of(version):
    return url("workflowversion_missed", version.pk)


#: In Tokyo it is 18:00.
AFTERNOON = {"since": "2026-11-22T12:00:00", "until": "2026-11-22T18:00:00"}


def test_page_offers_the_last_day_in_the_zone(by_owner, hourly):
    page = shown(by_owner.get(page_of(hourly)))

    assert 'value="2026-11-21T18:00:00"' in page
    assert 'value="2026-11-22T18:00:00"' in page
    assert "Asia/Tokyo" in page


def test_runs_are_counted_before_they_start(by_owner, hourly):
    page = shown(by_owner.get(page_of(hourly), AFTERNOON))

    assert "This would start 7 runs." in page
    assert Execution.objects.count() == 0


def test_confirmed_runs_start_and_are_logged(by_owner, hourly):
    response = by_owner.post(page_of(hourly), AFTERNOON, follow=True)

    assert said(response) == ["7 missed runs were started."]
    assert Execution.objects.count() == 7
    assert LogEntry.objects.get().get_change_message() == "7 missed runs were started."


def test_second_request_starts_nothing(by_owner, hourly):
    by_owner.post(page_of(hourly), AFTERNOON)

    page = shown(by_owner.get(page_of(hourly), AFTERNOON))
    response = by_owner.post(page_of(hourly), AFTERNOON, follow=True)

    assert "Nothing was missed in this range." in page
    assert said(response) == ["0 missed runs were started."]
    assert LogEntry.objects.count() == 1


def test_limit_of_runs_is_counted(by_owner, make_version):
    version = make_version(say(), config={**HOURLY, "max_runs": 5})
    Workflow.objects.update(run_count=3)

    assert "This would start 2 runs." in shown(
        by_owner.get(page_of(version), AFTERNOON)
    )


def test_many_runs_are_bounded(by_owner, make_version):
    every_second = {"kind": "cron", "expression": "* * * * * *"}
    version = make_version(say(), config={**HOURLY, "repeat": every_second})

    page = shown(by_owner.get(page_of(version), AFTERNOON))

    assert "This would start 1000 runs." in page


def test_more_than_can_be_looked_at_is_refused(by_owner, hourly, monkeypatch):
    monkeypatch.setattr("triggers.schedule.backfill.LOOKED_AT", 400)
    monkeypatch.setattr("triggers.schedule.backfill._not_run", lambda events: [])

    page = shown(by_owner.get(page_of(hourly), {**AFTERNOON, "since": "2020-01-01"}))

    assert "The range holds more than 400 moments; choose a shorter one." in page


@pytest.mark.parametrize(
    ("since", "until", "error"),
    [
        ("", "", "This field is required."),
        ("x", "2026-11-22T18:00:00", "Enter a valid date/time."),
        ("2026-11-22T19:00:00", "2026-11-22T19:00:00", "choose the past"),
        ("2026-11-22T12:00:00", "2026-11-22T11:00:00", "The end is before the start."),
    ],
)
def test_wrong_range_gets_a_sentence(by_owner, hourly, since, until, error):
    response = by_owner.post(page_of(hourly), {"since": since, "until": until})

    assert error in shown(response)
    assert Execution.objects.count() == 0


def test_broken_version_says_what_to_mend(by_owner, make_version):
    version = make_version(config={"repeat": {"kind": "cron", "expression": "x"}})

    assert "keeps this version from running" in shown(by_owner.get(page_of(version)))


def test_pages_lead_there(by_owner, hourly):
    for name, pk in (
        ("workflow_change", hourly.workflow_id),
        ("workflowversion_change", hourly.pk),
    ):
        assert page_of(hourly) in shown(by_owner.get(url(name, pk)))


def test_viewer_may_not(browse, viewer, hourly):
    assert browse(viewer).get(page_of(hourly)).status_code == 403
    assert browse(viewer).post(page_of(hourly), AFTERNOON).status_code == 403


def test_operator_may(browse, operator, hourly):
    response = browse(operator).post(page_of(hourly), AFTERNOON, follow=True)

    assert said(response) == ["7 missed runs were started."]
