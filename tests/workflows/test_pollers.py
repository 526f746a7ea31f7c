"""Lost wake-ups are sent again, within reason."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from tests.conftest import NOW
from tests.nodes import node
from workflows import pollers, services
from workflows.models import Execution, Worker
from workflows.pollers import RequeueDead, WakeDue

SECOND = timedelta(seconds=1)


@pytest.fixture
def lost(make_version):
    """Start an execution whose wake-up gets lost."""
    execution = services.run_manually(make_version(node("echo")), {}, NOW)
    OrmQ.objects.all().delete()
    return execution


@pytest.fixture
def abandoned(lost):
    """Let it run for a worker that is not known."""
    Execution.objects.filter(pk=lost.pk).update(
        status="running", owner=12345, due_at=None, token=7
    )
    return lost


def test_a_lost_wake_up_is_sent_again(lost):
    WakeDue().poll(NOW + 2 * SECOND)

    assert OrmQ.objects.count() == 1


def test_wake_ups_do_not_pile_up_while_nobody_takes_them(lost):
    poller = WakeDue()
    for number in range(2, 100):
        poller.poll(NOW + number * SECOND)

    assert OrmQ.objects.count() == pollers.ENOUGH


def test_executions_of_unknown_workers_go_to_others(abandoned):
    assert RequeueDead().poll(NOW) == 1

    abandoned.refresh_from_db()
    assert (abandoned.status, abandoned.owner, abandoned.token) == ("queued", None, 8)


def test_executions_of_known_workers_stay(abandoned):
    Worker.objects.create(
        pk=12345, kind="worker", pid=1, started_at=NOW, lease_until=NOW + SECOND
    )

    assert RequeueDead().poll(NOW) == 0
