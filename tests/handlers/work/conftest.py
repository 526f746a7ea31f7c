"""What tests of works may use."""

from datetime import timedelta

import pytest

from handlers.work.crew import run_due
from handlers.work.models import Work
from tests.conftest import NOW
from workflows import clock
from workflows.contracts import Hands
from workflows.models import Worker


class Time:
    """A virtual clock."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def time(monkeypatch):
    """Give a clock that only the test moves."""
    time = Time()
    with clock.at(time.now):
        yield time


def a_worker(name="host", lease=timedelta(days=400), now=NOW):
    return Worker.objects.create(
        kind=Worker.Kind.WORKER,
        host=name,
        pid=1,
        started_at=now,
        lease_until=now + lease,
    )


@pytest.fixture
def hands(db, works, time):
    worker = a_worker()
    return Hands(worker.pk, str(worker), time, lambda: False)


@pytest.fixture
def go(hands):
    """Run all that is due, and give the work anew."""

    def go(work=None):
        run_due(hands)
        if work is not None:
            work.refresh_from_db()
        return work

    return go


def act(kind, method, **keys):
    return {"action": "run", "type": kind, "method": method, **keys}


FAILS = [act("python", "fails")]
WELL = [act("set", "a=1")]


def states():
    return list(Work.objects.order_by("pk").values_list("state", flat=True))
