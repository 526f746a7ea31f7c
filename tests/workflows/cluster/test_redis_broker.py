"""Redis may be away and may hold anything."""

import pytest
from django_q.conf import Conf
from redis.exceptions import ConnectionError as RedisGone

from workflows.cluster import redis_broker
from workflows.cluster.redis_broker import RedisBroker


class Connection:
    """Stands for a server that gives what it was given."""

    def __init__(self, answer):
        self.answer = answer

    def blpop(self, key, timeout):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def llen(self, key):
        return self.blpop(key, 0)


@pytest.fixture
def broker(monkeypatch):
    monkeypatch.setattr(Conf, "REDIS", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_broker, "RECOVERY", 0)
    return RedisBroker("test")


def test_an_outage_is_waited_out(broker):
    broker.connection = Connection(RedisGone("away"))

    assert broker.dequeue() is None


def test_a_scheduler_that_counts_survives_an_outage(broker):
    broker.connection = Connection(RedisGone("away"))

    assert broker.queue_size() == 0
    broker.connection = Connection(3)
    assert broker.queue_size() == 3


def test_what_cannot_be_read_is_dropped(broker):
    broker.connection = Connection((b"key", b"nonsense"))

    assert broker.dequeue() == []


def test_an_empty_queue_gives_nothing(broker):
    broker.connection = Connection(None)

    assert broker.dequeue() == []
