"""Waiting for an event by name: early, late, double, about something, in loops."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from handlers.events import forward, send_event
from handlers.events.models import EventChannel, EventWait, SentEvent
from handlers.events.pollers import PruneEvents
from handlers.events.sending import CorrelationTooLong, EventNameWrong, EventTooLarge
from handlers.nodes.wait_event import WaitEvent
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems
from tests.nodes import node
from workflows import services
from workflows.exceptions import ResultNotStorable
from workflows.models import Execution

SOON = NOW + timedelta(minutes=1)
DAY = NOW + timedelta(days=1)
LIMIT = {"deadline": "duration", "amount": 1, "unit": "days"}
BRANCHES = {
    "came": [node("echo", 1, key="on_came")],
    "expired": [node("echo", 1, key="on_expired")],
}


def waits(**config):
    config = {"source": "event", "name": "paid", **config}
    return {"key": "wait", "type": "wait_event", "config": config, "branches": BRANCHES}


@pytest.fixture
def wait(make_version, run):
    return lambda **config: run(make_version(waits(**config)))


def send(payload=None, correlation="", now=SOON, **given):
    return send_event("paid", payload, correlation, now=now, **given)


def go_on(execution, now=SOON):
    drain(now)
    execution.refresh_from_db()
    return execution


def result(execution):
    return execution.jobs.get(node_key="wait").result


def branch(execution):
    return execution.jobs.get(node_key__startswith="on_").node_key


def test_an_event_ends_the_waiting(wait):
    execution = wait()
    assert (execution.status, execution.due_at) == ("waiting", None)

    assert send({"order": 7}, "A1") == 1

    assert branch(go_on(execution)) == "on_came"
    assert result(execution) == {
        "name": "paid",
        "payload": {"order": 7},
        "correlation": "A1",
        "sent_at": SOON,
        "expired": False,
    }


def test_an_event_tells_all_who_wait(wait):
    first, second = wait(), wait()

    assert send() == 2
    assert go_on(first).status == go_on(second).status == "succeeded"


def test_another_name_says_nothing(wait):
    execution = wait()

    assert send_event("shipped", now=SOON) == 0
    assert go_on(execution).status == "waiting"


def test_an_event_is_about_something(wait):
    execution = wait(correlation="{{ 'A' ~ 1 }}")
    assert send(correlation="B2") == 0
    assert go_on(execution).status == "waiting"

    assert send(correlation="A1") == 1
    assert go_on(execution).status == "succeeded"


def test_numbers_and_texts_are_about_the_same(wait):
    execution = wait(correlation="{{ 7 }}")
    send(correlation=7)

    assert go_on(execution).status == "succeeded"


def test_an_expression_decides_what_fits(wait):
    execution = wait(accept="{{ event.payload.total > 10 }}")
    send({"total": 5})
    assert go_on(execution).status == "waiting"
    send({"total": 50})

    assert go_on(execution).status == "succeeded"
    assert result(execution)["payload"] == {"total": 50}


def test_the_earliest_that_fits_is_taken(wait):
    execution = wait(accept="{{ event.payload > 1 }}")
    for payload in (1, 2, 3):
        send(payload)

    assert result(go_on(execution))["payload"] == 2


def test_an_expression_that_raises_is_an_error(wait):
    execution = wait(accept="{{ event.payload.total > 10 }}")
    send("no object")

    assert go_on(execution).status == "error"


# Early and late.


def test_an_event_before_the_waiting_is_taken(make_version, run):
    pause = {"key": "pause", "type": "delay", "config": {"amount": 5}}
    execution = run(make_version(pause, waits()))
    send("early")

    assert go_on(execution, NOW + timedelta(minutes=5)).status == "succeeded"
    assert result(execution)["payload"] == "early"


def test_an_event_before_the_execution_is_not(wait):
    send("too early", now=NOW - timedelta(seconds=1))

    assert wait().status == "waiting"


def test_early_events_may_be_passed_over(make_version, run):
    pause = {"key": "pause", "type": "delay", "config": {"amount": 5}}
    execution = run(make_version(pause, waits(early=False)))
    send("early")

    assert go_on(execution, NOW + timedelta(minutes=5)).status == "waiting"
    send("in time", now=NOW + timedelta(minutes=6))
    assert result(go_on(execution, NOW + timedelta(minutes=6)))["payload"] == "in time"


def test_at_the_deadline_it_expires(wait):
    execution = wait(**LIMIT)
    assert execution.due_at == DAY

    assert branch(go_on(execution, DAY)) == "on_expired"
    assert result(execution)["expired"] is True
    assert not EventWait.objects.get().is_open


def test_at_the_deadline_it_may_fail(wait):
    execution = go_on(wait(**LIMIT, at_deadline="fail"), DAY)

    assert execution.status == "failed"
    assert "Nothing came before the deadline." in execution.reason


def test_an_event_that_does_not_fit_leaves_the_deadline(wait):
    execution = wait(**LIMIT, accept="{{ event.payload == 1 }}")
    send(2)

    assert go_on(execution).due_at == DAY
    assert branch(go_on(execution, DAY)) == "on_expired"


def test_nobody_is_told_late(wait):
    go_on(wait(**LIMIT), DAY)

    assert send(now=DAY) == 0


def test_nobody_is_told_after_a_cancel(wait):
    services.cancel(wait(), SOON)

    assert send() == 0


def test_a_key_makes_repeats_harmless(wait):
    execution = wait(accept="{{ event.payload == 1 }}")

    assert [send(1, key="k"), send(1, key="k")] == [1, 0]
    assert go_on(execution).status == "succeeded"
    assert SentEvent.objects.count() == 1


def test_each_round_takes_an_event_of_its_own(make_version, run):
    each = waits()
    del each["branches"]
    loop = {
        "key": "loop",
        "type": "loop",
        "config": {"items": 2},
        "branches": {"body": [each]},
    }
    execution = run(make_version(loop))
    send("one")
    assert go_on(execution).status == "waiting"
    send("two")

    assert go_on(execution).status == "succeeded"
    payloads = [job.result["payload"] for job in execution.jobs.filter(node_key="wait")]
    assert payloads == ["one", "two"]


# Senders.


def test_another_workflow_sends(wait, make_version, run):
    execution = wait(correlation="A1")
    config = {"name": "paid", "correlation": "A1", "payload": {"by": "{{ 1 + 1 }}"}}
    sender = run(make_version({"key": "send", "type": "send_event", "config": config}))

    assert sender.jobs.get().result == {"told": 1}
    assert result(go_on(execution, NOW))["payload"] == {"by": 2}


def test_a_signal_sends(wait):
    signal = Signal()
    forward(
        signal,
        "paid",
        correlation=lambda order, **_given: order,
        payload=lambda order, **_given: {"order": order},
    )
    execution = wait(correlation="7")
    signal.send(sender=None, order=7)

    assert result(go_on(execution, timezone.now()))["payload"] == {"order": 7}


def test_what_is_rolled_back_was_not_sent(wait):
    execution = wait()
    with transaction.atomic():
        assert send() == 1
        transaction.set_rollback(True)

    assert go_on(execution).status == "waiting"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("callback/1/wait",), EventNameWrong),
        (("",), EventNameWrong),
        (("a" * 201,), EventNameWrong),
        (("paid", "x" * 300_000), EventTooLarge),
        (("paid", "\0"), ResultNotStorable),
        (("paid", None, "x" * 201), CorrelationTooLong),
    ],
)
def test_what_cannot_be_sent_is_told(db, arguments, error):
    with pytest.raises(error, match=r"."):
        send_event(*arguments)
    assert not EventChannel.objects.exists()


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"source": "event"}, "name"),
        ({"source": "event", "name": "a", "accept": "event.payload"}, "accept"),
        ({"deadline": "moment"}, "until"),
    ],
)
def test_the_form_names_faults(config, field):
    assert field in problems(WaitEvent, **config)


def test_a_wrong_name_is_an_error_of_the_node(wait):
    assert wait(name="{{ 'a b' }}").status == "error"


# What is kept.


def test_what_nobody_can_take_is_deleted(wait):
    execution = wait()
    send()
    PruneEvents().drain(SOON)
    assert EventWait.objects.exists()
    go_on(execution)
    PruneEvents().drain(DAY + timedelta(minutes=2))

    assert not EventWait.objects.exists()
    assert not SentEvent.objects.exists()


def test_the_wait_is_found_again_after_a_restart(wait):
    execution = wait()
    Execution.objects.update(due_at=SOON)

    assert go_on(execution).status == "waiting"
    send()
    assert go_on(execution).status == "succeeded"


def test_a_deleted_wait_is_a_failure(wait):
    execution = wait(**LIMIT)
    EventWait.objects.all().delete()

    assert go_on(execution, DAY).status == "failed"
