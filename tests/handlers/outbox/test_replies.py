"""Answers to notifications: they start the rows that listen for them, once."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from handlers.outbox.models import Notification
from handlers.work.crew import run_due
from handlers.work.models import Work
from handlers.work.starting import start_work
from tests.handlers.work.conftest import act
from tests.workflows.admin.conftest import person
from workflows.contracts import Hands

pytestmark = pytest.mark.usefixtures("works", "db")
REPLY = reverse("handlers_outbox_reply")
ASKS = act("set", 'reply_notification=[{"number": 7, "title": "How many?"}]')
HEARS = act("set", "boxes=@reply;from=@reply_number", event="onReply")


def run_all():
    run_due(Hands(1, "host:1", timezone.now, lambda: False))


def asked(*rows, **keys):
    work = start_work([ASKS, *rows], **keys)
    run_all()
    return work


@pytest.fixture
def answerer(browse):
    return browse(person("answerer", "view_work", "change_notification"))


def reply(browser, text="12", number="7"):
    return browser.post(REPLY, {"number": number, "reply": text})


def test_an_answer_runs_the_rows_that_listen(answerer):
    asked(HEARS, tag="stock", variables={"place": "A1"})

    assert reply(answerer).status_code == 200
    run_all()

    work = Work.objects.first()
    assert work.output == {
        "place": "A1",
        "reply": "12",
        "reply_number": "7",
        "boxes": "12",
        "from": "7",
    }
    assert (work.tag, work.started_by.username) == ("stock", "answerer")
    assert LogEntry.objects.get().change_message == "reply_notification"


def test_rows_for_answers_do_not_run_before(answerer):
    assert asked(HEARS).runs.get().steps.count() == 1


def test_an_answer_counts_once(answerer):
    asked(HEARS)

    assert [reply(answerer).status_code, reply(answerer).status_code] == [200, 409]
    assert Work.objects.count() == 2
    assert not Notification.objects.exists()


@pytest.mark.parametrize(("listener", "status"), [("", 200), ("7", 200), ("8", 409)])
def test_a_row_may_listen_for_one_number(answerer, listener, status):
    asked({**HEARS, "listener": listener})

    assert reply(answerer).status_code == status


def test_an_answer_that_nobody_hears_is_told(answerer):
    asked()

    answer = reply(answerer)

    assert "No handler hears the answer" in answer.json()["ErrorMessage"]
    assert Notification.objects.exists()


def test_without_its_work_there_is_nobody_to_hear(answerer):
    asked(HEARS).delete()

    assert reply(answerer).status_code == 409


def test_a_basic_notification_is_not_answered(answerer):
    basic = {**ASKS, "method": ASKS["method"].replace("reply_", "basic_")}
    start_work([basic, HEARS])
    run_all()

    assert reply(answerer).status_code == 409


@pytest.mark.parametrize("number", ["", "x", "7x"])
def test_an_answer_needs_a_number(answerer, number):
    assert reply(answerer, number=number).status_code == 403


def test_answering_needs_permission(browse):
    asked(HEARS)

    assert reply(browse(person("reader", "view_work"))).status_code == 403


def test_pages_are_told_what_is_under_way(answerer):
    place = reverse("admin:handlers_work_changelist")
    work = start_work([act("set", "a=1")])
    poll = {"page": "tab", "path": f"{place}{work.pk}/change/"}
    address = reverse("handlers_outbox")
    before = json.loads(answerer.post(address, poll).content)

    Work.objects.update(state="running", progress={"doing": "http GET #shop/goods"})
    after = json.loads(answerer.post(address, poll).content)

    assert (before["busy"], len(before["stamp"])) == ([], 16)
    assert after["busy"] == [{"work": work.pk, "text": "http GET #shop/goods"}]
    assert before["stamp"] != after["stamp"]
    elsewhere = answerer.post(address, {"page": "tab", "path": "/admin/"}).json()
    assert (elsewhere["busy"], elsewhere["stamp"]) == ([], "")
