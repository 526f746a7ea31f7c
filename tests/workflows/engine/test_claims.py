"""Claims, fences, and executions whose workers did not survive."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW, drain
from tests.nodes import Outside, node
from workflows import services
from workflows.engine import Drain
from workflows.engine.claims import claim, release, release_all
from workflows.models import Execution
from workflows.states import ExecutionStatus

LATER = NOW + timedelta(minutes=1)


def started(version, count=1):
    return [services.run_manually(version, {}, NOW) for _ in range(count)]


def test_a_claim_takes_what_is_runnable(make_version):
    [execution] = started(make_version())

    assert [row.pk for row in claim(1, NOW, 10)] == [execution.pk]


def test_what_is_claimed_is_not_claimed_again(make_version):
    started(make_version())
    claim(1, NOW, 10)

    assert claim(2, NOW, 10) == []


def test_a_claim_counts_before_anything_runs(make_version):
    started(make_version())
    claim(1, NOW, 10)

    assert Execution.objects.get().deliveries == 1


def test_what_is_due_later_is_not_claimed(make_version, run):
    run(make_version(node("pause")))

    assert claim(1, LATER - timedelta(seconds=1), 10) == []
    assert len(claim(1, LATER, 10)) == 1


def test_a_suspect_is_run_alone(make_version):
    version = make_version()
    [suspect] = started(version)
    claim(1, NOW, 10)
    release_all(1, NOW)
    started(version, 2)

    assert [row.pk for row in claim(1, NOW, 10)] == [suspect.pk]
    assert len(claim(1, NOW, 10)) == 2


def test_an_execution_that_killed_its_worker_is_parked(make_version):
    started(make_version())
    for _ in range(3):
        claim(1, NOW, 10)
        release_all(1, NOW)

    assert claim(1, NOW, 10) == []
    parked = Execution.objects.get()
    assert parked.status == ExecutionStatus.ERROR
    assert parked.reason == "killed its worker 3 times"


def test_an_outage_that_the_worker_survived_is_no_sign_of_poison(
    make_version, monkeypatch
):
    [execution] = started(make_version())
    worker = Drain(1, lambda: NOW)
    monkeypatch.setattr(Drain, "_group", fail(OperationalError("away")))
    for _ in range(4):
        with pytest.raises(OperationalError, match="away"):
            worker.run()

    execution.refresh_from_db()
    assert (execution.status, execution.deliveries) == ("running", 1)


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="locks its file as a whole"
)
def test_what_a_worker_hands_back_is_waited_for(make_version):
    started(make_version())
    claim(1, NOW, 10)

    with CaptureQueriesContext(connection) as queries:
        assert release_all(1, NOW) == 1

    said = " ".join(query["sql"] for query in queries)
    assert "FOR UPDATE" in said
    assert "SKIP LOCKED" not in said


def test_an_error_of_another_kind_counts(make_version, monkeypatch):
    [execution] = started(make_version())
    worker = Drain(1, lambda: NOW)
    monkeypatch.setattr(Drain, "_group", fail(ValueError("broken")))
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            worker.run()

    worker.run()

    execution.refresh_from_db()
    assert execution.reason == "killed its worker 3 times"


def fail(error):
    def group(drain, runs):
        raise error

    return group


def test_a_parked_execution_does_not_hold_up_the_next(make_version):
    version = make_version()
    started(version)
    for _ in range(3):
        claim(1, NOW, 10)
        release_all(1, NOW)
    [healthy] = started(version)

    assert [row.pk for row in claim(1, NOW, 10)] == [healthy.pk]


def test_a_released_execution_rests_and_keeps_the_reason(make_version):
    started(make_version())
    [row] = claim(1, NOW, 10)

    release(1, row, NOW, "OperationalError: gone")

    resting = Execution.objects.get()
    assert resting.due_at == NOW + timedelta(seconds=1)
    assert resting.reason == "OperationalError: gone"


def test_progress_forgives_earlier_deliveries(make_version, run):
    execution = run(make_version(node("pause")))

    assert execution.deliveries == 0


def test_a_call_that_was_interrupted_is_made_again_with_the_same_key(make_version):
    [execution] = started(make_version(node("outside", 1)))
    interrupted(execution)

    drain()

    attempts = [(run.attempt, run.idempotency_key) for run in Outside.asked]
    assert attempts == [(2, f"{execution.pk}-outside-1")]
    assert execution.jobs.get().attempt == 2


def interrupted(execution):
    """Leave the execution as a worker does that dies in the middle of a call."""
    execution.jobs.create(
        number=1,
        node_key="outside",
        node_type="outside",
        status="running",
        started_at=NOW,
    )
    Execution.objects.filter(pk=execution.pk).update(position="outside", job_count=1)
