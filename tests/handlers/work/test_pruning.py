"""What has ended long ago goes; what has not stays."""

from datetime import timedelta

import pytest

from handlers.work.models import Work, WorkRun
from handlers.work.pollers import PruneWorks
from handlers.work.starting import start_periodic_work, start_work
from tests.conftest import NOW
from tests.handlers.work.conftest import FAILS, WELL

LATER = NOW + timedelta(days=91)


@pytest.fixture
def history(go):
    """Leave a work that is done, one that retries and one that is periodic."""
    start_work(WELL, tag="done")
    start_work(FAILS, tag="retries", retry=True)
    start_periodic_work(WELL, 15, tag="periodic")
    go()


def test_works_that_ended_long_ago_go(history):
    PruneWorks().drain(LATER)

    tags = Work.objects.order_by("pk").values_list("tag", flat=True)
    assert list(tags) == ["retries", "periodic"]
    assert not WorkRun.objects.exists()


def test_what_ended_lately_stays(history):
    assert PruneWorks().drain(NOW + timedelta(days=89)) == 0
    assert Work.objects.count() == 3


def test_pruning_has_its_period(history):
    poller = PruneWorks()
    poller.drain(NOW)

    assert poller.due(NOW) == NOW + timedelta(minutes=10)
    assert poller.poll(NOW + timedelta(minutes=9)) == 0


def test_zero_keeps_all(history, settings):
    settings.WORKS = {**settings.WORKS, "KEEP": 0}

    assert PruneWorks().drain(LATER) == 0
    assert PruneWorks().due(LATER) is None
