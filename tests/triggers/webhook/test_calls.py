"""A request to the address of a workflow starts it and is answered."""

import pytest
from django.test import Client

from tests.conftest import NOW, drain
from tests.nodes import node
from tests.triggers.webhook.conftest import address, only
from triggers.models import Webhook
from triggers.webhook.addresses import renew
from workflows import services
from workflows.models import Execution

READS = {"value": "{{ trigger.data.order + 1 }}"}


def test_request_is_accepted_and_starts_an_execution(hook, call):
    hook(node("echo"))

    answer = call({"order": 7})

    assert answer.status_code == 202
    assert answer.json() == {"execution": only().pk, "status": "queued"}
    assert only().context["data"] == {"order": 7}
    assert only().context["date"] == NOW


def test_nodes_see_the_body(hook, call):
    hook({"key": "it", "type": "calculation", "config": READS})

    call({"order": 7})
    drain()

    assert only().jobs.get().result == 8


def test_form_is_read_as_well(hook, call):
    hook()

    call(body="a=1&b=2&b=3", content_type="application/x-www-form-urlencoded")

    assert only().context["data"] == {"a": "1", "b": ["2", "3"]}


def test_query_and_chosen_headers_are_kept(hook, call):
    hook(headers=["X-Shop", "X-Absent"])

    call({}, path=f"{address()}?page=2", headers={"X-Shop": "north", "X-Other": "no"})

    assert only().context["request"] == {
        "method": "POST",
        "query": {"page": "2"},
        "headers": {"x-shop": "north", "x-absent": None},
    }


def test_get_is_refused_unless_allowed(hook, call):
    hook()

    answer = Client().get(address())

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert not Execution.objects.exists()


def test_get_brings_its_query(hook):
    hook(methods=["GET"])

    assert Client().get(f"{address()}?order=7").status_code == 202

    assert only().context["data"] == {"order": "7"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("NaN", "application/json", 400),
        ('{"a": "\\u0000"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("9" * 10_000, "application/json", 400),
        ("<order/>", "application/xml", 415),
        ("x" * 262_145, "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused(hook, call, body, kind, status):
    hook()

    answer = call(body=body, content_type=kind)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert not Execution.objects.exists()


def test_empty_body_is_no_data(hook, call):
    hook()

    call(body="")

    assert only().context["data"] == {}


def test_unknown_token_and_disabled_workflow_look_alike(hook, call):
    version = hook()
    unknown = call({}, path="/hooks/nobody/")
    services.disable(version)

    disabled = call({})

    assert unknown.status_code == disabled.status_code == 404
    assert unknown.content == disabled.content


def test_another_trigger_leaves_the_address_deaf(hook, call):
    version = hook()
    services.change_trigger(version, "schedule", {"starts_at": NOW}, NOW)

    assert call({}).status_code == 404


def test_next_version_keeps_the_address(hook, call):
    version = hook()
    services.enable(services.copy_as_version(version), NOW)

    assert call({}).status_code == 202

    assert only().version.number == 2


def test_new_address_ends_the_old_one(hook, call):
    hook()
    old = address()

    renew(Webhook.objects.get(), NOW)

    assert call({}, path=old).status_code == 404
    assert call({}).status_code == 202


def test_token_cannot_be_guessed_and_is_not_stored_plainly(hook):
    hook()
    webhook = Webhook.objects.get()
    token = webhook.secrets["token"]

    assert len(token) >= 43
    assert token not in webhook.sealed
    assert token not in webhook.digest


def test_same_delivery_starts_once(hook, call):
    hook(node("echo"))
    headers = {"Idempotency-Key": "delivery-1"}

    first, second = call({"n": 1}, headers=headers), call({"n": 2}, headers=headers)

    assert first.json()["execution"] == second.json()["execution"]
    assert second.json()["repeated"] is True
    assert only().context["data"] == {"n": 1}


def test_two_of_one_delivery_at_once_start_one(hook, call, monkeypatch):
    hook(node("echo"))
    headers = {"Idempotency-Key": "delivery-1"}
    call({}, headers=headers)
    # The second looks before the first has committed.
    monkeypatch.setattr("triggers.webhook.views._earlier", lambda event: None)

    answer = call({}, headers=headers)

    assert answer.json()["execution"] == only().pk


def test_same_delivery_starts_once_over_versions(hook, call):
    version = hook(node("echo"))
    headers = {"Idempotency-Key": "delivery-1"}
    call({}, headers=headers)
    services.enable(services.copy_as_version(version), NOW)

    call({}, headers=headers)

    assert Execution.objects.count() == 1


def test_deliveries_of_two_workflows_are_two(hook, call):
    hook()
    call({}, headers={"Idempotency-Key": "one"})
    Webhook.objects.all().delete()
    hook()

    call({}, headers={"Idempotency-Key": "one"})

    assert Execution.objects.count() == 2


def test_overlong_name_of_a_delivery_is_refused(hook, call):
    hook()

    assert call({}, headers={"Idempotency-Key": "x" * 201}).status_code == 400


def test_requests_without_a_name_are_two(hook, call):
    hook()

    call({})
    call({})

    assert Execution.objects.count() == 2


def test_synchronous_workflow_answers_when_it_is_done(hook, call):
    hook(node("echo", "hi"), synchronous=True)

    answer = call({})

    assert answer.status_code == 200
    assert answer.json()["status"] == "succeeded"
    assert "output" in answer.json()


def test_repeated_synchronous_delivery_gets_the_same_answer(hook, call):
    hook(node("echo"), synchronous=True)
    headers = {"Idempotency-Key": "one"}

    first, second = call({}, headers=headers), call({}, headers=headers)

    assert second.status_code == 200
    assert first.json().items() <= second.json().items()
    assert only().jobs.count() == 1


@pytest.mark.parametrize(("kind", "status"), [("refuse", 422), ("boom", 500)])
def test_failure_is_answered_without_its_reason(hook, call, kind, status):
    hook(node(kind), synchronous=True)

    answer = call({})

    assert answer.status_code == status
    assert set(answer.json()) == {"execution", "status"}


def test_policy_that_refuses_is_answered_as_conflict(hook, call):
    version = hook(node("pause"))
    options = {"concurrency": "skip", "max_running": 1}
    services.change_options(version, options, NOW)
    call({})

    answer = call({})

    assert (answer.status_code, answer.json()["status"]) == (409, "rejected")


def test_too_many_in_a_minute_are_refused(hook, call):
    hook(rate=2)

    statuses = [call({}).status_code for _ in range(3)]

    assert statuses == [202, 202, 429]
    assert Execution.objects.count() == 2


def test_refusal_of_too_many_says_when_to_come_again(hook, call):
    hook(rate=1)
    call({})

    assert 1 <= int(call({})["Retry-After"]) <= 61


def test_answers_are_never_cached(hook, call):
    hook()

    assert "no-store" in call({})["Cache-Control"]
