"""Workers give signs of life; those that hang give none, and are killed."""

import signal

import pytest

from tests.conftest import NOW
from workflows.cluster.board import Board
from workflows.cluster.pulse import Pulse, Silence


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def kills(monkeypatch):
    kills = []
    monkeypatch.setattr("os.kill", lambda *arguments: kills.append(arguments))
    return kills


def test_a_pulse_gives_signs(board, kills):
    pulse = Pulse(board, lambda now: "")

    pulse.beat(NOW)
    pulse.beat(NOW)

    assert list(board.signs().values()) == [2]
    assert kills == []


def test_a_pulse_ends_a_process_whose_node_hangs(board, kills, caplog):
    Pulse(board, lambda now: "Execution 7 at node 'x'").beat(NOW)

    [(_, number)] = kills
    assert number == signal.SIGKILL
    assert "Execution 7 at node 'x' goes on beyond its timeout" in caplog.text


def test_a_pulse_that_ends_is_not_missed(board):
    pulse = Pulse(board, lambda now: "")
    pulse.start()
    pulse.end()
    pulse.join()

    assert board.signs() == {}


@pytest.fixture
def killed():
    return []


@pytest.fixture
def silence(board, killed, settings):
    settings.WORKFLOWS = {"LEASE": 5, "COLLECTIONS": ["shop"]}
    return Silence(board, killed.append)


def watched(silence, seconds, also=lambda: None):
    for _ in range(seconds):
        also()
        silence.look()


def test_a_worker_without_a_sign_of_life_is_killed_after_a_lease(
    silence, board, killed
):
    board.sign(4242)

    watched(silence, 5)
    early = list(killed)
    silence.look()

    assert (early, killed) == ([], [4242])


def test_it_is_killed_once(silence, board, killed):
    board.sign(4242)

    watched(silence, 30)

    assert killed == [4242]


def test_a_worker_that_gives_signs_is_left_alone(silence, board, killed):
    watched(silence, 30, also=lambda: board.sign(4242))

    assert killed == []


def test_a_worker_that_has_left_is_not_missed(silence, board, killed):
    board.sign(4242)
    board.forget(4242)

    watched(silence, 30)

    assert killed == []
