"""Events that come while a node begins to wait, and with its deadline."""

from datetime import timedelta

import pytest

from handlers.events import send_event
from handlers.events.callbacks import Receipt, receive
from tests.conftest import NOW, drain
from tests.nodes import node
from tests.racing import cannot_race, race
from workflows import services

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("cannot_race()", reason=cannot_race() or "races"),
]
BRANCHES = {
    "came": [node("echo", 1, key="on_came")],
    "expired": [node("echo", 1, key="on_expired")],
}


def started(make_version, **config):
    wait = {"key": "wait", "type": "wait_event", "config": config, "branches": BRANCHES}
    return services.run_manually(make_version(wait), {}, NOW)


def end_of(execution, now=NOW):
    drain(now)
    execution.refresh_from_db()
    keys = execution.jobs.values_list("node_key", flat=True)
    return [key for key in keys if key.startswith("on_")]


@pytest.mark.parametrize("_round", range(6))
def test_an_answer_is_not_lost_while_the_node_begins_to_wait(make_version, _round):
    execution = started(make_version)

    race(lambda: drain(NOW), lambda: receive(execution.pk, "wait", 1, None, NOW))

    assert end_of(execution) == ["on_came"]


@pytest.mark.parametrize("_round", range(6))
def test_an_event_is_not_lost_while_the_node_begins_to_wait(make_version, _round):
    execution = started(make_version, source="event", name="paid")

    race(lambda: drain(NOW), lambda: send_event("paid", now=NOW))

    assert end_of(execution) == ["on_came"]


@pytest.mark.parametrize("_round", range(6))
def test_an_answer_and_the_deadline_agree(make_version, _round):
    execution = started(make_version, deadline="duration", amount=1, unit="minutes")
    drain(NOW)
    late = NOW + timedelta(minutes=1)

    receipt, _ = race(
        lambda: receive(execution.pk, "wait", 1, None, late), lambda: drain(late)
    )

    came = receipt is Receipt.TAKEN
    assert end_of(execution, late) == ["on_came" if came else "on_expired"]


@pytest.mark.parametrize("_round", range(4))
def test_of_many_answers_one_is_taken(make_version, _round):
    execution = started(make_version)
    drain(NOW)

    race(*[lambda: receive(execution.pk, "wait", 1, None, NOW)] * 3)

    assert end_of(execution) == ["on_came"]
    assert execution.status == "succeeded"
