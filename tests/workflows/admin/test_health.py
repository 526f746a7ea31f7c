"""The page that shows whether work is being done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import execute, person, shown, url
from workflows.models import Alert, Execution, HealthCheck, Incident, Restart, Worker

MINUTE = timedelta(minutes=1)


@pytest.fixture
def by_viewer(browse, viewer):
    return browse(viewer)


@pytest.fixture
def alive(db):
    now = timezone.now()
    until = now + timedelta(seconds=20)
    facts = {"host": "rack-1", "started_at": now, "lease_until": until}
    return {
        kind: Worker.objects.create(kind=kind, pid=pid, **facts)
        for kind, pid in [("worker", 4711), ("scheduler", 4712)]
    }


@pytest.fixture
def incident(db):
    now = timezone.now()
    return Incident.objects.create(
        kind="stalled", facts={"count": 3, "seconds": 95}, lasting=True,
        first_seen_at=now - 5 * MINUTE, last_seen_at=now, confirmed_at=now,
        patience=MINUTE,
    )  # fmt: skip


def page(browser):
    return shown(browser.get(url("worker_health")))


@pytest.mark.parametrize("codename", [None, "view_execution", "view_workflow"])
def test_only_those_who_may_see_workers_see_it(browse, db, codename):
    browser = browse(person("somebody", *[codename] if codename else []))

    assert browser.get(url("worker_health")).status_code == 403


def test_the_list_of_workers_leads_to_it(by_viewer):
    assert url("worker_health") in shown(by_viewer.get(url("worker_changelist")))


def test_it_says_that_all_is_well(by_viewer, alive):
    text = page(by_viewer)

    assert "Work is being done." in text
    assert "Something is wrong" not in text


def test_it_says_what_is_wrong(by_viewer):
    text = page(by_viewer)

    assert "Something is wrong" in text
    assert "No scheduler is alive; the watchdog stands in once per run." in text


def test_it_lists_processes_with_what_they_run(by_viewer, alive, version):
    execution = execute(version)
    owner = alive["worker"].pk
    Execution.objects.filter(pk=execution.pk).update(status="running", owner=owner)

    text = page(by_viewer)

    assert "4711" in text
    assert "rack-1" in text
    assert f'<a href="{url("execution_change", execution.pk)}">' in text


def test_executions_are_no_links_for_those_who_may_not_see_them(browse, alive, version):
    execution = execute(version)
    owner = alive["worker"].pk
    Execution.objects.filter(pk=execution.pk).update(status="running", owner=owner)

    assert "/execution/" not in page(browse(person("limited", "view_worker")))


def test_a_silent_process_is_said_to_be(by_viewer, alive):
    Worker.objects.update(lease_until=timezone.now() - MINUTE)

    assert page(by_viewer).count("Silent") == 2


def test_it_asks_for_a_watchdog_that_has_not_looked(by_viewer, alive):
    asked = "No watchdog looks after this site"
    assert asked in page(by_viewer)

    figures = {"workers": 1, "schedulers": 1, "runnable": 0}
    HealthCheck.objects.create(checked_at=timezone.now(), host="rack-1", **figures)
    assert asked not in page(by_viewer)


def test_an_incident_that_lasts_says_what_and_what_was_done(by_viewer, incident):
    now = timezone.now()
    Restart.objects.create(
        incident=incident,
        host="rack-1",
        pid=7,
        began=1.0,
        signal="SIGTERM",
        sent_at=now,
    )
    text = page(by_viewer)

    assert "3 executions wait, the first for 95 s, and no node ended" in text
    assert "SIGTERM to rack-1:7" in text
    assert "nobody: no address is set" in text


def test_it_says_whom_an_incident_was_told(by_viewer, incident):
    alert = Alert.objects.create(incident=incident, about="incident", channel="mail")
    assert "1 alert not sent yet: it is its turn soon" in page(by_viewer)

    alert.sent_at = timezone.now()
    alert.save()
    assert "Mail" in page(by_viewer)


def test_incidents_that_last_come_first(by_viewer, incident):
    now = timezone.now()
    Incident.objects.create(
        kind="broker", first_seen_at=now, last_seen_at=now, confirmed_at=now,
        ended_at=now, patience=MINUTE,
    )  # fmt: skip
    text = page(by_viewer)

    assert text.index("Lasts") < text.index("Over")


def test_suspicions_are_not_shown(by_viewer, incident):
    Incident.objects.update(confirmed_at=None)

    assert "Nothing has gone wrong in the last 90 days." in page(by_viewer)
