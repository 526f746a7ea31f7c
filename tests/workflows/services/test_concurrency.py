"""What happens when an event comes while earlier executions are unfinished."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from workflows import services
from workflows.models import Execution
from workflows.services import Event

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def start(make_version):
    """Start as many executions of a waiting workflow, one after the other."""

    def start(policy, count, **options):
        version = make_version(
            node("pause"), options={"concurrency": policy, **options}
        )
        context = {"date": NOW}
        for number in range(count):
            event = Event(version.workflow_id, version.pk, str(number), context)
            services.start(event, NOW)
            drain()
        return version

    return start


def statuses():
    return list(Execution.objects.order_by("pk").values_list("status", flat=True))


def test_parallel_executions_run_side_by_side(start):
    start("parallel", 3)

    assert statuses() == ["waiting"] * 3


def test_queued_executions_wait_for_each_other(start):
    start("queue", 3)

    assert statuses() == ["waiting", "queued", "queued"]


def test_the_next_in_the_queue_starts_when_one_ends(start):
    start("queue", 3)

    drain(LATER)

    assert statuses() == ["succeeded", "waiting", "queued"]


def test_a_queue_may_have_several_places(start):
    start("queue", 3, max_running=2)

    assert statuses() == ["waiting", "waiting", "queued"]


def test_a_cancelled_execution_makes_room_in_the_queue(start):
    start("queue", 2)

    services.cancel(Execution.objects.earliest("pk"), NOW)
    drain()

    assert statuses() == ["cancelled", "waiting"]


def test_a_queue_that_gets_more_places_lets_more_start(start):
    version = start("queue", 3)

    options = {"concurrency": "queue", "max_running": 3}
    services.change_options(version, options, NOW)
    drain()

    assert statuses() == ["waiting"] * 3


def test_a_queue_that_is_given_up_lets_all_start(start):
    version = start("queue", 3)

    services.change_options(version, {}, NOW)
    drain()

    assert statuses() == ["waiting"] * 3


def test_a_skipped_event_is_noted_as_rejected(start):
    version = start("skip", 2)
    version.refresh_from_db()

    assert statuses() == ["waiting", "rejected"]
    assert Execution.objects.latest("pk").reason == "1 of at most 1 are unfinished"
    assert version.run_count == 1


def test_after_the_end_of_one_the_next_is_not_skipped(start):
    version = start("skip", 1)
    drain(LATER)

    event = Event(version.workflow_id, version.pk, "later", {"date": LATER})

    assert services.start(event, LATER) is not None


def test_a_restart_cancels_the_oldest(start):
    start("restart", 3)

    assert statuses() == ["cancelled", "cancelled", "waiting"]
    assert Execution.objects.earliest("pk").reason == "a newer one took its place"


def test_a_restart_may_leave_some(start):
    start("restart", 3, max_running=2)

    assert statuses() == ["cancelled", "waiting", "waiting"]
