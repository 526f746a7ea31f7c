"""Answers from outside: early, late, double, forged, too large."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from handlers.events.callbacks import MOST, address_of, is_genuine
from handlers.events.models import EventChannel, SentEvent
from handlers.events.pollers import PruneEvents
from handlers.nodes.wait_event import WaitEvent
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems
from workflows import services

SOON = NOW + timedelta(minutes=5)
WAIT = {"key": "wait", "type": "wait_event", "config": {}}
PAUSE = {"key": "pause", "type": "delay", "config": {"amount": 5}}


@pytest.fixture(autouse=True)
def clock():
    """Let it be the time of the tests where the view asks for it."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def outside():
    """Give a caller who has no session and no token of a page."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def wait(make_version, run):
    return lambda *before: run(make_version(*before, WAIT))


def post(client, execution, payload=None, key="wait", **headers):
    return client.post(
        address_of(execution.pk, key),
        json.dumps(payload),
        content_type="application/json",
        headers=headers,
    )


def go_on(execution, now=SOON):
    drain(now)
    execution.refresh_from_db()
    return execution


def result(execution):
    return execution.jobs.get(node_key="wait").result


def test_an_answer_ends_the_waiting(wait, outside):
    execution = wait()

    response = post(outside, execution, {"state": "paid"})

    assert (response.status_code, response.json()) == (202, {"status": "accepted"})
    assert go_on(execution).status == "succeeded"
    assert result(execution)["payload"] == {"state": "paid"}


def test_any_node_gives_the_address_away(make_version, run, settings, outside):
    settings.WORKFLOWS = {"SITE_URL": "https://flows.example.org/"}
    value = "{{ execution.callbacks.wait }}"
    tells = {"key": "tell", "type": "calculation", "config": {"value": value}}
    execution = run(make_version(tells, WAIT))

    told = execution.jobs.get(node_key="tell").result

    assert told == address_of(execution.pk, "wait")
    assert told.startswith("https://flows.example.org/callbacks/")
    path = told.removeprefix("https://flows.example.org")
    assert outside.post(path).status_code == 202


def test_an_early_answer_is_kept(wait, outside):
    execution = wait(PAUSE)
    assert post(outside, execution, "early").status_code == 202

    assert go_on(execution).status == "succeeded"
    assert result(execution)["payload"] == "early"


def test_a_second_answer_is_late(wait, outside):
    execution = wait(PAUSE)
    post(outside, execution, 1)
    go_on(execution)

    assert post(outside, execution, 2).status_code == 410
    assert result(execution)["payload"] == 1


def test_a_second_answer_before_the_first_is_heard_changes_nothing(wait, outside):
    execution = wait()
    post(outside, execution, 1)
    post(outside, execution, 2)

    assert go_on(execution).status == "succeeded"
    assert result(execution)["payload"] == 1


def test_repeats_of_an_answer_are_one(wait, outside):
    execution = wait()
    key = {"Idempotency-Key": "k" * 300}
    codes = [post(outside, execution, 1, **key).status_code for _ in range(2)]

    assert codes == [202, 202]
    assert SentEvent.objects.count() == 1


def test_a_repeat_is_told_the_same_when_the_workflow_has_gone_on(
    make_version, run, outside
):
    execution = run(make_version(WAIT, PAUSE))
    key = {"Idempotency-Key": "k"}
    post(outside, execution, 1, **key)
    assert go_on(execution, NOW).status == "waiting"

    assert post(outside, execution, 1, **key).status_code == 202
    assert post(outside, execution, 1).status_code == 410


@pytest.mark.parametrize("how", ["cancelled", "finished", "gone"])
def test_an_answer_to_what_has_ended_is_late(wait, outside, how):
    execution = wait()
    if how == "cancelled":
        services.cancel(execution, NOW)
    elif how == "finished":
        post(outside, execution)
        go_on(execution)
    else:
        execution.jobs.all().delete()
        services.cancel(execution, NOW)
        address = address_of(execution.pk, "wait")
        execution.delete()
        assert outside.post(address).status_code == 410
        return

    assert post(outside, execution).status_code == 410


def test_an_answer_after_the_deadline_is_late(make_version, run, outside):
    config = {"deadline": "duration", "amount": 1, "unit": "minutes"}
    execution = run(make_version({**WAIT, "config": config}, PAUSE))
    assert go_on(execution, NOW + timedelta(minutes=1)).status == "waiting"

    assert post(outside, execution).status_code == 410


@pytest.mark.parametrize(
    "forge",
    [
        lambda address: address[:-3] + "00/",
        lambda address: address.replace("/wait/", "/other/"),
        lambda address: address.replace("/callbacks/", "/callbacks/9"),
    ],
    ids=["signature", "node", "execution"],
)
def test_a_forged_address_is_nothing(wait, outside, forge):
    execution = wait()
    address = address_of(execution.pk, "wait")

    forged = forge(address)

    assert forged != address
    assert outside.post(forged).status_code == 404
    assert not SentEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_only_post_is_taken(wait, outside, method):
    execution = wait()

    response = getattr(outside, method)(address_of(execution.pk, "wait"))

    assert response.status_code == 405
    assert go_on(execution).status == "waiting"


def test_an_old_key_still_signs(wait, settings):
    execution = wait()
    signature = address_of(execution.pk, "wait").rstrip("/").split("/")[-1]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]

    assert is_genuine(execution.pk, "wait", signature) is True
    settings.SECRET_KEY_FALLBACKS = []
    assert is_genuine(execution.pk, "wait", signature) is False


@pytest.mark.parametrize(
    ("body", "kind", "payload"),
    [
        (
            "a=1&b=2&b=3",
            "application/x-www-form-urlencoded",
            {"a": "1", "b": ["2", "3"]},
        ),
        ("hello", "text/plain", "hello"),
        ("", "text/plain", None),
        ("", "application/json", None),
        ('{"a": 1}', "application/problem+json", {"a": 1}),
    ],
)
def test_bodies_are_read_as_what_they_say_they_are(wait, outside, body, kind, payload):
    execution = wait()
    outside.post(address_of(execution.pk, "wait"), body, content_type=kind)

    assert result(go_on(execution))["payload"] == payload


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "application/json"),
        ('"\\u0000"', "application/json"),
        ("[" * 30_000, "application/json"),
        ("NaN", "application/json"),
        (b"\xff\xfe", "text/plain"),
        ("a=" + "&a=" * 2_000, "application/x-www-form-urlencoded"),
    ],
)
def test_wrong_bodies_are_refused(wait, outside, body, kind):
    execution = wait()

    response = outside.post(address_of(execution.pk, "wait"), body, content_type=kind)

    assert response.status_code == 400
    assert go_on(execution).status == "waiting"


def test_a_large_body_is_refused(wait, outside):
    execution = wait()

    assert post(outside, execution, "x" * 70_000).status_code == 413


def test_answers_do_not_pile_up(wait, outside):
    execution = wait(PAUSE)
    codes = [post(outside, execution, n).status_code for n in range(MOST + 1)]

    assert codes == [202] * MOST + [429]


def test_channels_go_with_their_executions(wait, outside):
    execution = wait()
    PruneEvents().drain(NOW)
    assert EventChannel.objects.exists()
    post(outside, execution)
    go_on(execution)
    PruneEvents().drain(NOW)

    assert not EventChannel.objects.exists()


def test_a_site_without_the_address_is_told(settings):
    settings.ROOT_URLCONF = "tests.handlers.events.no_urls"

    assert "Include handlers.urls" in problems(WaitEvent)["source"]
    assert address_of(1, "wait") == ""


def test_the_address_is_the_one_of_the_view():
    signature = address_of(1, "wait").rstrip("/").split("/")[-1]

    assert len(signature) == 64
    assert address_of(1, "wait") == reverse(
        "handlers_callback", args=[1, "wait", signature]
    )


def test_a_trial_shows_an_address_that_nobody_can_answer(make_version, outside):
    value = "{{ execution.callbacks.wait }}"
    tells = {"key": "tell", "type": "calculation", "config": {"value": value}}
    version = make_version(tells, WAIT)

    told = services.try_node(version, "tell", {}, lambda: NOW).result

    assert told == address_of(0, "wait")
    assert outside.post(told).status_code == 410
    assert not EventChannel.objects.exists()
