"""What is seen from outside, and what is found wrong."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from tests.conftest import NOW, drain
from tests.nodes import node
from tests.workflows.watchdog.conftest import LEASE, MINUTE, SECOND
from triggers.schedule.pausing import pause
from workflows import services
from workflows.engine import inline
from workflows.models import Execution, Incident, Worker
from workflows.watchdog import examine, judge, lateness, processes, sentence, vitals


def found(now=NOW):
    return [str(finding.kind) for finding in judge(examine(now))]


@pytest.fixture
def waiting(make_version):
    return services.run_manually(make_version(node("echo")), {}, NOW)


@pytest.fixture
def due(make_version):
    """Enable a schedule that is due at NOW."""
    config = {"starts_at": NOW, "zone": "UTC"}
    return services.enable(make_version(node("echo"), config=config), NOW - MINUTE)


def test_nothing_is_wrong_where_all_live(alive):
    alive()

    assert found() == []


def test_without_processes_there_is_no_worker_and_no_scheduler(db):
    assert found() == ["no_worker", "no_scheduler"]


def test_silent_processes_are_not_alive(alive):
    alive(NOW - LEASE)

    assert found() == ["no_worker", "no_scheduler"]


def test_a_run_inside_a_web_process_is_no_worker(alive):
    alive(NOW, "scheduler")

    with inline(lambda: NOW):
        assert found() == ["no_worker"]


def test_work_may_wait_a_little(alive, waiting):
    alive(NOW + MINUTE)

    assert found(NOW + MINUTE) == []


def test_work_that_nobody_takes_has_stalled(alive, waiting):
    alive(NOW + 2 * MINUTE)

    assert found(NOW + 2 * MINUTE) == ["stalled"]


def test_work_waits_behind_a_worker_that_is_busy(alive, waiting, make_version):
    now = NOW + 2 * MINUTE
    alive(now)
    busy = services.run_manually(make_version(node("echo")), {}, NOW)
    owner = Worker.objects.get(kind="worker").pk
    Execution.objects.filter(pk=busy.pk).update(
        status="running", owner=owner, due_at=None
    )

    assert found(now) == ["behind"]


def test_work_waits_behind_other_work(alive, waiting, make_version):
    now = NOW + 2 * MINUTE
    Execution.objects.filter(pk=waiting.pk).update(due_at=now + SECOND)
    services.run_manually(make_version(node("echo")), {}, now)
    drain(now)
    Execution.objects.filter(pk=waiting.pk).update(due_at=NOW)
    alive(now)

    assert found(now) == ["behind"]


def test_a_schedule_that_nobody_fires_is_overdue(alive, due):
    alive(NOW + 2 * MINUTE)

    assert found(NOW + 2 * MINUTE) == ["overdue"]


def test_paused_schedules_are_not_overdue(alive, due):
    pause(NOW)
    alive(NOW + 2 * MINUTE)

    assert found(NOW + 2 * MINUTE) == []


@pytest.mark.parametrize("error", [OSError("gone"), OperationalError("gone")])
def test_a_broker_that_does_not_answer_is_found(alive, monkeypatch, error):
    def unheard():
        raise error

    monkeypatch.setattr(vitals, "unheard", unheard)
    alive()

    assert found() == ["broker"]


@pytest.mark.parametrize("kind", Incident.Kind.values)
def test_every_kind_has_a_sentence(kind):
    text = sentence(kind, {"count": 2, "seconds": 95})

    assert text.endswith(".")
    assert "%(" not in text


def test_processes_are_listed_with_what_they_run(alive, waiting):
    alive()
    owner = Worker.objects.get(kind="worker").pk
    Execution.objects.filter(pk=waiting.pk).update(status="running", owner=owner)

    rows = {row.worker.kind: row for row in processes(NOW + 10 * SECOND)}

    assert [each.pk for each in rows["worker"].runs] == [waiting.pk]
    assert rows["scheduler"].runs == []
    assert (rows["worker"].last_beat, rows["worker"].alive) == (NOW, True)


def test_lateness_counts_planned_runs_of_the_last_hour(due, alive):
    for seconds, planned in [(1, NOW), (3, NOW), (9, NOW - timedelta(hours=2))]:
        Execution.objects.create(
            workflow=due.workflow,
            version=due,
            event_key=str(seconds),
            planned_at=planned,
            started_at=planned + seconds * SECOND,
            created_at=planned,
        )

    late = lateness(NOW)

    assert (late.count, late.p50, late.p99) == (2, SECOND, SECOND)


def test_without_starts_there_is_no_lateness(db):
    assert lateness(NOW) is None
