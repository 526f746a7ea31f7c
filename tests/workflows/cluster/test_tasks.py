"""What a worker does with a wake-up, from its first to its end."""

import pytest
from django.utils import timezone

from tests.nodes import node
from workflows import services
from workflows.cluster import tasks
from workflows.cluster.board import Board
from workflows.cluster.pulse import Pulse
from workflows.engine import Presence
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


def test_a_worker_signs_off(worker, db):
    tasks.enter()
    tasks._leave(tasks._processes[0])

    assert not Worker.objects.exists()
