"""What a worker does with a wake-up, from its first to its end."""

from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.handlers.nodes.test_loop import loop
from tests.nodes import node
from workflows import registry, services
from workflows.cluster import tasks
from workflows.cluster.board import Board
from workflows.cluster.pulse import Pulse
from workflows.contracts import Lane
from workflows.engine import Drain, Presence, Warming, drain as draining
from workflows.models import Worker


@pytest.fixture
def board(monkeypatch):
    board = Board()
    monkeypatch.setattr(tasks, "board", board)
    return board


@pytest.fixture
def worker(board, monkeypatch, settings):
    """Be a worker process, for a while; its presence is not renewed."""
    settings.WORKFLOWS = {"OUTSIDE_THREADS": 0, "COLLECTIONS": ["shop"]}
    monkeypatch.setattr(tasks, "_processes", [])
    monkeypatch.setattr(Presence, "start", lambda self: None)
    monkeypatch.setattr(Pulse, "start", lambda self: None)
    monkeypatch.setattr(Warming, "start", lambda self: None)
    monkeypatch.setattr(tasks, "Finalize", lambda *args, **kwargs: None)


@pytest.fixture
def execution(make_version):
    return services.run_manually(make_version(node("echo")), {}, timezone.now())


def looked(execution):
    tasks.look([execution.pk])
    execution.refresh_from_db()
    return execution.status


def test_a_wake_up_runs_what_it_names(worker, execution, board):
    assert looked(execution) == "succeeded"
    assert board.heard == 1


def test_a_stopping_worker_leaves_it_to_others(worker, execution, board):
    board.stop()

    assert looked(execution) == "queued"


def test_a_worker_registers_once(worker, execution):
    tasks.enter()
    looked(execution)

    assert Worker.objects.count() == 1


def test_a_worker_that_was_given_up_registers_again(worker, execution):
    tasks.enter()
    tasks._processes[0].presence.lost.set()

    assert looked(execution) == "succeeded"
    assert Worker.objects.count() == 2


def test_a_worker_whose_database_fails_tries_again_by_itself(
    worker, execution, monkeypatch
):
    tasks.enter()
    rested, run = [], Drain.run
    errors = [OperationalError("away")]

    def fail_once(drain, ids, **how):
        if errors:
            raise errors.pop()
        run(drain, ids, **how)

    monkeypatch.setattr(Drain, "run", fail_once)
    monkeypatch.setattr(tasks, "rest", rested.append)
    monkeypatch.setattr(tasks, "connection", Mock())

    assert looked(execution) == "succeeded"
    assert rested == [tasks.RECOVERY]


def test_who_was_given_up_does_not_sign_off_for_its_successor(
    worker, execution, monkeypatch
):
    left = []
    monkeypatch.setattr(tasks, "Finalize", lambda *_, args, **__: left.append(args))
    tasks.enter()
    tasks._processes[0].presence.lost.set()
    tasks.enter()

    assert left[0][0] is not left[1][0]


def test_a_worker_signs_off(worker, db):
    tasks.enter()
    tasks._leave(tasks._processes[0])

    assert not Worker.objects.exists()


def test_what_a_slice_cuts_short_is_woken_at_once(
    worker, db, make_version, settings, monkeypatch
):
    monkeypatch.setattr(draining, "GROUP_TIME", 0.0)
    settings.WORKFLOWS = {**settings.WORKFLOWS, "TIME_SLICE": 0.001}
    execution = services.run_manually(make_version(loop(50)), {}, timezone.now())
    woken = []
    monkeypatch.setattr(tasks, "wake", woken.append)

    assert looked(execution) == "queued"
    assert woken == [[execution.pk]]


class Ditch(Lane):
    """A lane that remembers what it was shown."""

    name = "ditch"

    def __init__(self):
        self.shown = []
        self.left = []

    def look(self, hands, ids):
        self.shown.append((hands.owner, ids))

    def leave(self, hands):
        self.left.append(hands.owner)


@pytest.fixture
def ditch():
    with registry.lanes.temporarily("ditch", Ditch()) as lane:
        yield lane


def test_a_lane_is_shown_what_is_its_own(worker, db, board, ditch):
    tasks.attend("ditch", [5])

    assert ditch.shown == [(Worker.objects.get().pk, [5])]
    assert board.heard == 1


def test_a_stopping_worker_shows_lanes_nothing(worker, db, board, ditch):
    board.stop()
    tasks.attend("ditch", [5])

    assert ditch.shown == []


def test_lanes_come_to_an_end_before_the_worker_signs_off(worker, db, ditch):
    tasks.attend("ditch", [5])
    [(owner, _ids)] = ditch.shown

    tasks._leave(tasks._processes[0])

    assert ditch.left == [owner]


def test_a_wake_up_of_a_lane_is_a_message(db):
    services.wake_lane("ditch", [])
    assert services.unheard() == 0

    services.wake_lane("ditch", [5])

    assert services.unheard() == 1
