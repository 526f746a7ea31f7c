"""Processes that are alive at a moment, and rounds of the watchdog."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from workflows.models import Worker
from workflows.watchdog import watch

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LEASE = timedelta(seconds=30)


@pytest.fixture
def alive(db):
    """Give a function that makes a process known, or believed for longer."""

    def alive(now=NOW, *kinds):
        Worker.objects.all().delete()
        for kind in kinds or ("worker", "scheduler"):
            Worker.objects.create(
                kind=kind,
                host="elsewhere",
                pid=1,
                started_at=NOW,
                lease_until=now + LEASE,
            )

    return alive


@pytest.fixture
def well(alive):
    """Do a round at so many minutes, with everything alive."""

    def well(minutes):
        now = NOW + minutes * MINUTE
        alive(now)
        return [str(each.kind) for each in watch(now)]

    return well


@pytest.fixture
def ill(alive):
    """Do a round at so many minutes, with no worker."""

    def ill(minutes):
        now = NOW + minutes * MINUTE
        alive(now, "scheduler")
        return [str(each.kind) for each in watch(now)]

    return ill
