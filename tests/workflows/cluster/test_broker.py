"""Messages are taken once, sent within transactions, and none of them is fatal."""

import logging
import pickle
import sys
import types

import pytest
from django.db import DatabaseError, connection, transaction
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from workflows.cluster import broker as module
from workflows.cluster.broker import OrmBroker, WakeUpBroker
from workflows.notices import EXECUTIONS

QUEUE = "test"


@pytest.fixture(params=[WakeUpBroker, OrmBroker])
def broker(request, monkeypatch):
    """Make a broker that does not wait."""
    monkeypatch.setattr(Conf, "POLL", 0)
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setattr(module, "RECOVERY", 0)
    return request.param(QUEUE)


@pytest.fixture
def wakeup():
    return WakeUpBroker(QUEUE)


def message(content="look"):
    return SignedPackage.dumps({"id": content})


@pytest.fixture
def gone(monkeypatch):
    """Make a message of a class that does not exist any more."""
    vanishing = types.ModuleType("vanishing")
    thing = type("Thing", (), {"__module__": "vanishing"})
    monkeypatch.setattr(vanishing, "Thing", thing, raising=False)
    monkeypatch.setitem(sys.modules, "vanishing", vanishing)
    text = SignedPackage.dumps(thing())
    monkeypatch.delitem(sys.modules, "vanishing")
    return text


@pytest.mark.django_db
def test_messages_come_in_their_order(broker):
    sent = [message(str(number)) for number in range(3)]
    for text in sent:
        broker.enqueue(text)

    assert [text for _, text in broker.dequeue()] == sent


@pytest.mark.django_db
def test_taking_deletes(wakeup):
    wakeup.enqueue(message())
    wakeup.dequeue()

    assert not OrmQ.objects.exists()


@pytest.mark.django_db
def test_no_more_than_bulk_are_taken(wakeup, monkeypatch):
    monkeypatch.setattr(Conf, "BULK", 2)
    for _ in range(3):
        wakeup.enqueue(message())

    assert len(wakeup.dequeue()) == 2


@pytest.mark.django_db
def test_other_queues_are_left_alone(wakeup):
    WakeUpBroker("other").enqueue(message())

    assert wakeup._take() == []


@pytest.mark.django_db
def test_what_does_not_unpickle_is_dropped_and_said_so(broker, gone, caplog):
    broker.enqueue(gone)
    good = message()
    broker.enqueue(good)

    assert [text for _, text in broker.dequeue()] == [good]
    assert "cannot be read is dropped: ModuleNotFoundError" in caplog.text
    assert OrmQ.objects.filter(payload=gone).count() == 0


@pytest.mark.django_db
def test_what_others_signed_is_dropped(broker):
    broker.enqueue("nonsense")

    assert broker.dequeue() == []


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_rolled_back_transaction_is_never_sent(wakeup):
    with transaction.atomic():
        wakeup.enqueue(message())
        transaction.set_rollback(True)

    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_outage_is_waited_out(broker, monkeypatch, caplog):
    def refuse(*_args):
        raise DatabaseError("gone fishing")

    for name in ("_take", "_take_at_once", "get_connection"):
        monkeypatch.setattr(broker, name, refuse, raising=False)

    with caplog.at_level(logging.WARNING):
        assert broker.dequeue() is None
    assert "The database does not answer; trying again: gone fishing" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_listens_again(wakeup):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has LISTEN")
    wakeup.dequeue()
    connection.close()
    wakeup.dequeue()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_listening_channels()")
        assert cursor.fetchall() == [(EXECUTIONS,)]


@pytest.mark.django_db(transaction=True)
def test_a_notification_ends_the_wait_at_once(wakeup, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has NOTIFY")
    monkeypatch.setattr(module, "PATIENCE", 60)
    wakeup.dequeue()
    wakeup.enqueue(message())
    OrmQ.objects.all().delete()

    assert wakeup.dequeue() == []


@pytest.mark.django_db
def test_a_broker_goes_to_processes_that_are_not_forked(wakeup):
    assert pickle.loads(pickle.dumps(wakeup)).list_key == QUEUE  # noqa: S301


class Answers:
    """Tells what `Changes` would, in turn."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def happened(self):
        return self.answers.pop(0)


@pytest.mark.django_db
def test_a_change_of_the_file_ends_the_wait(wakeup, monkeypatch):
    rests = []
    monkeypatch.setattr(module, "can_notify", lambda alias: False)
    monkeypatch.setattr(module, "can_compare", lambda alias: True)
    monkeypatch.setattr(module, "rest", rests.append)
    wakeup._changes = Answers(False, False, True)

    wakeup._wait()

    assert rests == [module.GLANCE] * 2


@pytest.mark.django_db
def test_elsewhere_it_looks_now_and_then(wakeup, monkeypatch):
    rests = []
    monkeypatch.setattr(module, "can_notify", lambda alias: False)
    monkeypatch.setattr(module, "can_compare", lambda alias: False)
    monkeypatch.setattr(module, "rest", rests.append)

    wakeup._wait()

    assert rests == [Conf.POLL]
