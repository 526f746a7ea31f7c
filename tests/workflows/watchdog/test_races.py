"""Watchdogs at the same moment: one incident, one signal, one mail."""

import pytest
from django.core import mail

from tests.conftest import NOW
from tests.racing import cannot_race, race
from tests.workflows.watchdog.conftest import MINUTE
from workflows.models import Alert, HealthCheck, Incident
from workflows.watchdog import watch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def real_threads():
    if reason := cannot_race():
        pytest.skip(reason)


def watch_together(now):
    race(*[lambda: watch(now)] * 4)


def test_watchdogs_that_race_tell_once(settings):
    settings.ADMINS = [("Ops", "ops@example.org")]
    for minute in range(3):
        watch_together(NOW + minute * MINUTE)

    assert Incident.objects.count() == 2
    assert Alert.objects.count() == 2
    assert sorted(message.subject for message in mail.outbox) == [
        "[Punctual] No scheduler is alive",
        "[Punctual] No worker is alive",
    ]
    assert HealthCheck.objects.count() == 12
