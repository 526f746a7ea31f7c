"""The pages of background works: list, page, form, effects, permissions."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from handlers.work.crew import run_due
from handlers.work.models import Work
from handlers.work.starting import COMMANDS, place, start_periodic_work, start_work
from tests.conftest import NOW
from tests.handlers.work.conftest import FAILS, WELL, Time, a_worker, act
from tests.workflows.admin.conftest import person, said, shown
from workflows.contracts import Hands

HOSTILE = "<script>alert(1)</script>\u202e\"'&"


@pytest.fixture(autouse=True)
def ready(works, db):
    """Let works run here."""


def page(name, *args):
    return reverse(f"admin:handlers_work_{name}", args=args)


def run_all():
    now = timezone.now()
    worker = a_worker(now=now)
    run_due(Hands(worker.pk, str(worker), Time(now), lambda: False))


def test_the_list_shows_what_matters(by_owner):
    start_work(WELL, tag="<b>good</b>")
    start_periodic_work(FAILS, 15, tag="bad")
    run_all()

    text = shown(by_owner.get(page("changelist")))

    assert "&lt;b&gt;good&lt;/b&gt;" in text
    assert "wf-succeeded" in text
    assert "ValueError: no such article" in text
    assert "periodic" in text


def test_the_list_says_what_holds_a_work_back(by_owner):
    start_work(WELL, conditions="CONNECTED")
    Work.objects.update(unmet=["CONNECTED"], unmet_since=NOW + timedelta(minutes=183))

    text = shown(by_owner.get(page("changelist")))

    assert "waits for CONNECTED since 12:03" in text


def test_the_list_shows_progress(by_owner):
    start_work(WELL)
    progress = {"done": 500_000, "total": 1_000_000, "speed": 250_000, "left": 2}
    Work.objects.update(progress=progress, state="running")

    text = shown(by_owner.get(page("changelist")))

    assert 'max="1000000" value="500000"' in text
    assert re.search(r"488.3.KB of 976.6.KB, 244.1.KB/s, 2 s left", text)


def test_the_list_shows_what_is_under_way(by_owner):
    start_work(WELL)
    Work.objects.update(progress={"doing": "http GET #a/b"}, state="running")

    text = shown(by_owner.get(page("changelist")))

    assert re.search(r'<progress class="wf-progress" +aria-label="Progress">', text)
    assert "http GET #a/b" in text


def test_the_page_shows_steps_and_stacks(by_owner):
    work = start_work([act("set", "a=1"), *FAILS], variables={"answer": "42"})
    run_all()

    text = shown(by_owner.get(page("change", work.pk)))

    for part in ("Run 1", "Stack before", "Stack after", "samples.py", "42"):
        assert part in text


def test_variables_are_for_those_who_may_see_them(browse):
    work = start_work([act("set", "a=1")], variables={"answer": "hidden42"})
    run_all()

    text = shown(browse(person("viewer", "view_work")).get(page("change", work.pk)))

    assert "hidden42" not in text
    assert "Stack before" not in text


def test_passwords_are_not_shown(by_owner):
    alias = '{"alias":"a","url":"http://x","basic":{"user":"u","password":"s3cret"}}'
    work = start_work([act("set", f"HTTPAddAlias={alias}")])
    request = {
        "url": "http://127.0.0.1:1/",
        "file": "a",
        "headers": {"X-Key": "k3y"},
        "basic": {"user": "u", "password": "s3cret"},
    }
    order = COMMANDS["StartDownloadWorkRequest"]({"request": request})
    transfer = place(order, NOW)

    for each in (work, transfer):
        text = shown(by_owner.get(page("change", each.pk)))
        assert "s3cret" not in text
        assert "k3y" not in text


def form(**values):
    return {"kind": "once", "period": 15, "work": json.dumps(WELL), **values}


def test_the_form_starts_a_work(by_owner, owner):
    values = form(
        tag="t",
        retry="on",
        break_if_error="on",
        conditions=["CONNECTED", "IDLE"],
        variables='{"a": 5}',
    )

    response = by_owner.post(page("add"), values, follow=True)

    work = Work.objects.get()
    assert response.redirect_chain[0][0] == page("change", work.pk)
    assert (work.tag, work.retry, work.break_if_error) == ("t", True, True)
    assert work.conditions == ["CONNECTED", "IDLE"]
    assert (work.stack, work.started_by) == ({"a": "5"}, owner)
    assert LogEntry.objects.get().change_message == "Started by hand."


def test_a_short_period_is_said(by_owner):
    values = form(kind="periodic", period="5")

    response = by_owner.post(page("add"), values, follow=True)

    assert "The period of 5 minutes was lengthened to 15." in said(response)[0]
    assert Work.objects.get().period == 15


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"work": "oops"}, "work is not valid JSON"),
        ({"work": "[]"}, "&#x27;work&#x27; is empty"),
        ({"work": '[{"type": "js", "method": "x"}]'}, "are not supported here"),
        ({"work": '[{"type": "http", "method": "GET #no/x"}]'}, "no HTTP alias"),
        ({"variables": "oops"}, "Variables is not valid JSON"),
        ({"variables": "[1]"}, "Enter a JSON object."),
        ({"conditions": ["SUNNY"]}, "SUNNY is not one of the available choices"),
        ({"period": "0", "kind": "periodic"}, "greater than or equal to 1"),
    ],
)
def test_faults_are_shown_and_start_nothing(by_owner, values, sentence):
    text = shown(by_owner.post(page("add"), form(**values)))

    assert sentence in text
    assert not Work.objects.exists()


def test_a_copy_is_the_form_filled_in(by_owner):
    work = start_work(WELL, tag="mine", conditions="IDLE", variables={"a": "7"})

    text = shown(by_owner.get(page("add"), {"copy": work.pk}))

    assert 'value="mine"' in text
    assert "{&quot;a&quot;: &quot;7&quot;}" in text
    assert re.search(r'value="IDLE"[^>]*checked', text)


@pytest.mark.parametrize(
    ("effect", "setup", "state"),
    [
        ("stop", WELL, "cancelled"),
        ("stop_tag", WELL, "cancelled"),
        ("run_now", WELL, "enqueued"),
        ("try_again", FAILS, "enqueued"),
    ],
)
def test_effects(by_owner, effect, setup, state):
    work = start_work(setup, tag="t")
    if effect == "try_again":
        run_all()

    by_owner.post(page(effect, work.pk))

    work.refresh_from_db()
    assert work.state == state
    assert LogEntry.objects.filter(object_id=work.pk).exists()


def test_bulk_actions_stop_by_tag(by_owner):
    first = start_work(WELL, tag="t")
    start_work(WELL, tag="t")
    start_work(WELL, tag="other")

    chosen = {"action": "stop_tag", "_selected_action": [first.pk]}
    response = by_owner.post(page("changelist"), chosen, follow=True)

    assert said(response) == ["The works with 1 tag were stopped."]
    assert Work.objects.filter(state="cancelled").count() == 2


def test_what_has_ended_cannot_be_stopped(by_owner):
    work = start_work(WELL)
    run_all()

    response = by_owner.post(page("stop", work.pk), follow=True)

    assert "cannot be stopped: it is 'Succeeded'" in said(response)[0]


def test_what_has_ended_can_be_deleted(by_owner):
    waits, done = start_work(WELL, conditions="IDLE"), start_work(WELL)
    Work.objects.filter(pk=done.pk).update(state="succeeded")

    assert by_owner.post(page("delete", waits.pk), {"post": "yes"}).status_code == 403
    assert page("delete", done.pk) in shown(by_owner.get(page("change", done.pk)))
    by_owner.post(page("delete", done.pk), {"post": "yes"})

    assert Work.objects.get() == waits


def test_the_history_names_who_did_what(by_owner):
    work = start_work(WELL, tag="t")
    by_owner.post(page("stop", work.pk))

    assert "Stopped: " in shown(by_owner.get(page("history", work.pk)))


@pytest.mark.parametrize("effect", ["stop", "stop_tag", "run_now", "try_again"])
def test_effects_need_permission_and_post(browse, by_owner, effect):
    work = start_work(WELL)

    assert by_owner.get(page(effect, work.pk)).status_code == 405
    viewer = browse(person("viewer", "view_work"))
    assert viewer.post(page(effect, work.pk)).status_code == 403
    assert Work.objects.get().state == "enqueued"


@pytest.mark.parametrize("name", ["changelist", "add", "change"])
def test_strangers_see_nothing(browse, stranger, name):
    work = start_work(WELL)
    args = [work.pk] if name == "change" else []

    assert browse(stranger).get(page(name, *args)).status_code == 403


def test_hostile_texts_are_texts(by_owner):
    work = start_work(
        [act("set", f"x={HOSTILE}"), *FAILS], tag=HOSTILE, variables={"a": HOSTILE}
    )
    run_all()

    for address in (
        page("changelist"),
        page("change", work.pk),
        f"{page('add')}?copy={work.pk}",
    ):
        text = shown(by_owner.get(address))
        assert "<script>alert" not in text
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)


def test_pages_cost_little(by_owner, django_assert_max_num_queries):
    works = [start_work(WELL, tag="t") for _number in range(5)]
    run_all()

    for address in (page("changelist"), page("change", works[0].pk)):
        with django_assert_max_num_queries(25):
            by_owner.get(address)
