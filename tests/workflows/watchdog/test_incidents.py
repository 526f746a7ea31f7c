"""An incident opens once, ends once, and what comes and goes does not spam."""

from datetime import timedelta
from itertools import count

import pytest
from django.core import mail

from tests.conftest import NOW
from tests.workflows.watchdog.conftest import MINUTE, SECOND
from workflows.models import Alert, Incident
from workflows.watchdog import Finding, incidents
from workflows.watchdog.incidents import note

NO_WORKER = Finding(Incident.Kind.NO_WORKER, {"count": 1, "seconds": 5})


@pytest.fixture(autouse=True)
def admins(settings, db):
    settings.ADMINS = [("Ops", "ops@example.org")]


def subjects():
    return [message.subject for message in mail.outbox]


def test_the_first_look_is_a_suspicion(ill):
    ill(0)

    assert Incident.objects.get().confirmed_at is None
    assert subjects() == []


def test_a_suspicion_that_is_unfounded_is_forgotten(ill, well):
    ill(0)
    well(1)

    assert Incident.objects.exists() is False


def test_the_second_look_confirms_and_tells(ill):
    ill(0)
    ill(1)

    assert Incident.objects.get().confirmed_at == NOW + MINUTE
    assert subjects() == ["[Punctual] No worker is alive"]


def test_an_incident_is_told_once(ill):
    for minute in range(60):
        ill(minute)

    assert len(subjects()) == 1
    assert Incident.objects.get().last_seen_at == NOW + 59 * MINUTE


def test_the_end_is_told_once_after_a_while(ill, well):
    for minute in range(2):
        ill(minute)
    for minute in range(2, 20):
        well(minute)

    assert subjects()[1:] == ["[Punctual] Over: No worker is alive"]
    incident = Incident.objects.get()
    assert (incident.ended_at, incident.lasting) == (NOW + 6 * MINUTE, None)


def test_what_comes_and_goes_within_the_patience_is_one_incident(ill, well):
    for minute in range(0, 120, 3):
        ill(minute)
        ill(minute + 1)
        well(minute + 2)

    assert Incident.objects.count() == 1
    assert len(subjects()) == 1


def test_one_that_keeps_coming_back_must_be_gone_for_longer_each_time(ill, well):
    minutes = count()
    for _ in range(24):
        for _ in range(5):
            ill(next(minutes))
        for _ in range(15):
            well(next(minutes))

    patience = Incident.objects.order_by("pk").values_list("patience", flat=True)
    assert [each / MINUTE for each in patience] == [5, 10, 20]
    assert len(subjects()) == 5


def test_patience_is_forgotten_after_a_quiet_time(db):
    for hours in (0, 2):
        start = NOW + timedelta(hours=hours)
        for minute in (0, 1):
            note([NO_WORKER], start + minute * MINUTE)
        note([], start + 30 * MINUTE)

    patience = set(Incident.objects.values_list("patience", flat=True))
    assert patience == {5 * MINUTE}


def test_two_watchdogs_at_once_tell_once(ill):
    for minute in range(3):
        ill(minute)
        ill(minute + 0.01)

    assert Incident.objects.count() == 1
    assert len(subjects()) == 1


def test_two_watchdogs_that_open_at_once_make_one_incident(db, monkeypatch):
    note([NO_WORKER], NOW)
    # As it looks to the second one, which asked before the first one's insert.
    monkeypatch.setattr(Incident.objects, "lasting", Incident.objects.none)

    assert note([NO_WORKER], NOW) == []
    assert Incident.objects.count() == 1


def test_a_watchdog_that_confirms_too_late_tells_nothing(db):
    note([NO_WORKER], NOW)
    stale = Incident.objects.get()
    note([NO_WORKER], NOW + MINUTE)

    incidents._confirm(stale, NOW + MINUTE + SECOND)

    assert Alert.objects.count() == 1


def test_different_kinds_are_different_incidents(db):
    findings = [NO_WORKER, Finding(Incident.Kind.BROKER, {})]
    for minute in range(2):
        note(findings, NOW + minute * MINUTE)

    assert Alert.objects.count() == 2
