"""A cluster is deaf when work waits, nothing is heard and nobody is busy."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.nodes import node
from workflows import registry, services
from workflows.cluster.board import Board
from workflows.cluster.watch import Watch
from workflows.contracts import Lane

SECOND = timedelta(seconds=1)


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def busy():
    """Collect the workers that are busy: none."""
    return []


@pytest.fixture
def watch(board, busy, settings):
    settings.WORKFLOWS = {"DEAF_AFTER": 3, "COLLECTIONS": ["shop"]}
    return Watch(board, lambda: bool(busy))


@pytest.fixture
def waiting(make_version):
    """Start an execution that nobody runs."""
    return services.run_manually(make_version(node("echo")), {}, NOW)


def polled(watch, seconds, also=lambda: None):
    """Poll each second; tell whether it is deaf at the end."""
    for number in range(2, seconds + 2):
        also()
        watch.poll(NOW + number * SECOND)
    return watch.deaf


@pytest.mark.django_db
def test_it_is_deaf_when_work_waits(watch, waiting):
    assert polled(watch, 3) is False
    assert polled(watch, 4) is True


@pytest.mark.django_db
def test_it_is_not_deaf_without_work(watch):
    assert polled(watch, 10) is False


@pytest.mark.django_db
def test_it_is_not_deaf_while_wake_ups_are_heard(watch, waiting, board):
    assert polled(watch, 10, also=board.hear) is False


@pytest.mark.django_db
def test_it_is_not_deaf_while_it_is_busy(watch, waiting, busy):
    busy.append("worker")

    assert polled(watch, 10) is False


class Ditch(Lane):
    """Something waits in it, unless the workers are full."""

    name = "ditch"

    def look(self, hands, ids):
        raise NotImplementedError

    def waiting(self, before, owners):
        return () if owners else [7]


@pytest.mark.django_db
def test_it_is_deaf_when_only_a_lane_has_work(watch, sent):
    with registry.lanes.temporarily("ditch", Ditch()):
        assert polled(watch, 4) is True

    assert ("ditch", [7]) in sent


@pytest.mark.django_db
def test_it_is_not_deaf_when_its_workers_have_no_room(board, settings):
    watch = Watch(board, lambda: False, lambda: [1])

    with registry.lanes.temporarily("ditch", Ditch()):
        assert polled(watch, 20) is False


@pytest.fixture
def sent(monkeypatch):
    """Collect what lanes are woken for."""
    calls = []
    wake = lambda name, ids: calls.append((name, ids))  # noqa: E731 - it is a stand-in
    monkeypatch.setattr("workflows.cluster.watch.wake_lane", wake)
    return calls


@pytest.mark.django_db
def test_it_looks_once_a_second(watch, waiting, django_assert_num_queries):
    watch.poll(NOW)

    with django_assert_num_queries(0):
        watch.poll(NOW + SECOND / 2)
    assert watch.due(NOW) == NOW + SECOND
