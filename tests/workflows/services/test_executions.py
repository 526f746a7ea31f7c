from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from workflows import services
from workflows.exceptions import Archived, InvalidDefinition, TransitionNotAllowed
from workflows.models import Execution, Worker
from workflows.states import ExecutionStatus, JobStatus


def test_a_manual_run_works_on_a_disabled_version(make_version, run):
    execution = run(make_version())

    assert (execution.status, execution.manual) == (ExecutionStatus.SUCCEEDED, True)


def test_a_manual_run_counts(make_version, run):
    version = make_version()

    run(version)
    version.refresh_from_db()

    assert (version.run_count, version.workflow.run_count) == (1, 1)


def test_an_invalid_version_does_not_run_by_hand(make_version):
    with pytest.raises(InvalidDefinition, match="nonsense"):
        services.run_manually(make_version(node("nonsense")), {}, NOW)


def test_an_archived_version_does_not_run_by_hand(make_version):
    version = make_version()
    services.archive(version.workflow, NOW)
    version.refresh_from_db()

    with pytest.raises(Archived, match="is deleted"):
        services.run_manually(version, {}, NOW)


def test_a_synchronous_version_has_run_when_the_call_returns(make_version):
    version = make_version(node("outside", 1), synchronous=True)

    execution = services.run_manually(version, {}, NOW)

    assert execution.status == ExecutionStatus.SUCCEEDED


def test_a_synchronous_version_refuses_nodes_that_wait(make_version):
    version = make_version(node("pause"), synchronous=True)

    with pytest.raises(InvalidDefinition, match="pause: A synchronous workflow cannot"):
        services.run_manually(version, {}, NOW)


def test_a_waiting_execution_can_be_cancelled(make_version, run):
    execution = run(make_version(node("pause")))

    services.cancel(execution, NOW, "no longer wanted")
    execution.refresh_from_db()

    assert execution.status == ExecutionStatus.CANCELLED
    assert execution.reason == "no longer wanted"
    assert execution.jobs.get().status == JobStatus.CANCELLED


def test_a_cancelled_execution_never_goes_on(make_version, run):
    execution = run(make_version(node("pause")))
    services.cancel(execution, NOW)

    assert drain(NOW + timedelta(days=1)) == 0


def test_an_ended_execution_cannot_be_cancelled(make_version, run):
    execution = run(make_version())

    with pytest.raises(TransitionNotAllowed, match="from 'succeeded' to 'cancelled'"):
        services.cancel(execution, NOW)


def test_an_ended_execution_can_be_run_again(make_version, run):
    execution = run(make_version(node("echo", "{{ trigger.date }}")))

    again = services.retry(execution, NOW + timedelta(hours=1))
    drain(NOW + timedelta(hours=1))

    assert again.jobs.get().result == NOW


def test_an_unfinished_execution_cannot_be_run_again(make_version, run):
    execution = run(make_version(node("pause")))

    with pytest.raises(TransitionNotAllowed, match="'waiting'"):
        services.retry(execution, NOW)


def test_an_execution_times_out_while_it_waits(make_version, run):
    execution = run(make_version(node("pause", "for ever"), options={"timeout": 90}))

    assert services.expire(NOW + timedelta(seconds=89)) == 0
    assert services.expire(NOW + timedelta(seconds=90)) == 1

    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.TIMED_OUT


def test_a_timeout_is_fixed_at_the_start(make_version, run):
    version = make_version(node("pause", "for ever"), options={"timeout": 90})
    execution = run(version)
    services.change_options(version, {"timeout": 9000}, NOW)

    services.expire(NOW + timedelta(seconds=90))

    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.TIMED_OUT


def test_an_execution_of_a_dead_worker_goes_to_others(make_version):
    execution = services.run_manually(make_version(), {}, NOW)
    dead = Worker.objects.create(
        kind="worker", host="a", pid=1, started_at=NOW, lease_until=NOW
    )
    mine = Execution.objects.filter(pk=execution.pk)
    mine.move(ExecutionStatus.RUNNING, owner=dead.pk, due_at=None)

    assert services.requeue_dead(NOW) == 1
    drain()

    assert mine.get().status == ExecutionStatus.SUCCEEDED
    assert list(Worker.objects.all()) == []


def test_an_execution_of_a_living_worker_stays_with_it(make_version):
    execution = services.run_manually(make_version(), {}, NOW)
    alive = Worker.objects.create(
        kind="worker", host="a", pid=1, started_at=NOW, lease_until=NOW
    )
    mine = Execution.objects.filter(pk=execution.pk)
    mine.move(ExecutionStatus.RUNNING, owner=alive.pk, due_at=None)

    assert services.requeue_dead(NOW - timedelta(seconds=1)) == 0


def test_a_manual_run_counts_towards_a_limit_and_is_not_stopped_by_it(make_version):
    version = make_version(config={"starts_at": NOW, "max_runs": 1})

    for _ in range(2):
        services.run_manually(version, {}, NOW)

    assert Execution.objects.count() == 2
