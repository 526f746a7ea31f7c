"""A guard finds killed workers by their locks, and spares those that live."""

import types
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.holders import kill, other_process
from tests.nodes import node
from workflows import pollers, services
from workflows.engine import register
from workflows.engine.claims import claim
from workflows.exceptions import LostClaims
from workflows.models import Worker
from workflows.pollers import Guard
from workflows.statements import Move, statements
from workflows.states import ExecutionStatus

GRACE = Guard.grace
SECOND = timedelta(seconds=1)


@pytest.fixture
def worker(db, tmp_path, settings):
    settings.WORKFLOWS = {"LOCK_FOLDER": str(tmp_path), "COLLECTIONS": ["shop"]}
    worker = register(Worker.Kind.WORKER, NOW)
    Worker.objects.update(has_lock=True)
    return worker


@pytest.fixture
def lock(worker):
    """Hold the lock of the worker as its process does."""
    lock = other_process()
    lock.take(worker.pk)
    yield lock
    lock.release()


@pytest.fixture
def execution(worker, lock, make_version):
    """Start an execution that the worker has in its hands."""
    execution = services.run_manually(make_version(node("echo")), {}, NOW)
    claim(worker.pk, NOW, 1)
    execution.refresh_from_db()
    return execution


@pytest.fixture
def guard(db):
    return Guard()


def watch(guard, *moments):
    """Look at these moments; say how many executions were taken."""
    return sum(guard.poll(NOW + moment) for moment in moments)


def test_executions_of_a_killed_worker_go_to_others(guard, worker, lock, execution):
    kill(lock, worker.pk)

    assert watch(guard, 0 * SECOND, GRACE) == 1
    execution.refresh_from_db()
    assert (execution.status, execution.owner) == ("queued", None)
    assert not Worker.objects.filter(pk=worker.pk).exists()


def test_what_the_killed_worker_may_still_write_is_fenced_off(
    guard, worker, lock, execution
):
    owner, token = execution.owner, execution.token
    kill(lock, worker.pk)
    watch(guard, 0 * SECOND, GRACE)

    with pytest.raises(LostClaims):
        statements().write(owner, [_ended(execution.pk, token, owner)], [])


def _ended(pk, token, owner):
    done = ExecutionStatus.SUCCEEDED
    return Move(pk, token, owner, done, "", "", 1, 0, due_at=None, expires_at=None)


def test_a_worker_that_has_its_lock_is_left_alone(guard, worker, lock, execution):
    assert watch(guard, *(SECOND * number for number in range(10))) == 0


def test_a_lock_that_is_taken_again_in_time_costs_nothing(
    guard, worker, lock, execution
):
    kill(lock, worker.pk)
    guard.grace = SECOND
    guard._free = {worker.pk: NOW}
    lock.take(worker.pk)

    assert watch(guard, SECOND, SECOND * 2) == 0


def test_a_connection_that_was_lost_has_a_moment_to_come_back(
    guard, worker, lock, execution
):
    if not lock.frail:
        pytest.skip("the lock is no connection's")
    kill(lock, worker.pk)
    moved = guard.poll(NOW)
    lock.take(worker.pk)

    assert (moved, guard.poll(NOW + GRACE)) == (0, 0)


def test_nobody_is_taken_for_dead_when_the_database_has_just_come_back(
    guard, worker, lock, execution
):
    guard.poll(NOW)
    guard._seen = object()
    kill(lock, worker.pk)

    assert watch(guard, SECOND, SECOND + GRACE, SECOND * 2) == 0
    assert watch(guard, SECOND * 3) == 1


def test_a_worker_without_a_lock_has_its_lease(guard, worker, lock, execution):
    Worker.objects.update(has_lock=False)
    kill(lock, worker.pk)

    assert watch(guard, 0 * SECOND, SECOND) == 0


def test_a_frozen_worker_has_its_lease_too(worker, execution):
    assert services.requeue_dead(NOW + SECOND * 29) == 0
    assert services.requeue_dead(NOW + SECOND * 30) == 1


def test_it_looks_each_quarter_second_and_sooner_when_in_doubt(
    guard, worker, lock, execution
):
    guard.poll(NOW)
    calm = guard.due(NOW) - NOW
    kill(lock, worker.pk)
    guard.poll(NOW + SECOND)

    assert (calm, guard.due(NOW) - NOW - SECOND) == (SECOND / 4, GRACE)


def test_an_idle_look_is_one_statement(guard, worker, django_assert_num_queries):
    with django_assert_num_queries(1):
        guard.poll(NOW)


def test_between_two_looks_it_costs_nothing(guard, django_assert_num_queries):
    guard.poll(NOW)

    with django_assert_num_queries(0):
        guard.poll(NOW + SECOND / 10)


def test_what_cannot_be_taken_yet_is_taken_later(
    guard, worker, lock, execution, monkeypatch
):
    """A query of the dead worker may hold its rows for a while."""
    kill(lock, worker.pk)
    services_seen = types.SimpleNamespace(refused=1)

    def requeue(ids, now):
        services_seen.refused -= 1
        return 0 if services_seen.refused >= 0 else services.requeue_killed(ids, now)

    monkeypatch.setattr(pollers, "requeue_killed", requeue)

    assert watch(guard, 0 * SECOND, SECOND, SECOND * 2) == 1
