"""The pages of tasks: my tasks, the page to answer on, and the manager's pages."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handlers.people.models import HumanTask, TaskNote
from tests.conftest import drain
from tests.handlers.people.conftest import cast, share_of, states, task
from tests.workflows.admin.conftest import person, said, shown
from workflows import services

__all__ = ["cast"]
HOSTILE = "<script>alert(1)</script>\u202e\"'&\x07"
QUESTIONS = [
    {"name": "sum", "label": "Sum", "type": "decimal", "required": True},
    {"name": "on", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "color", "type": "choice", "choices": ["red", ["b", "Blue"]]},
    {"name": "sure", "type": "boolean"},
    {"name": "why", "type": "long_text", "initial": "Because"},
    {"name": "count", "type": "integer"},
]
ANSWERS = {
    "q_sum": "12.50",
    "q_on": "2026-12-01",
    "q_at": "2026-12-01T09:30",
    "q_color": "b",
    "q_sure": "on",
    "q_why": "I know",
    "q_count": "3",
}


@pytest.fixture
def ask(cast, make_version):
    """Start a workflow that asks, now; give its execution."""

    def ask(**config):
        config = {"title": "Pay?", "users": "alice", **config}
        version = make_version({"key": "ask", "type": "manual", "config": config})
        execution = services.run_manually(version, {}, timezone.now())
        drain(timezone.now())
        return execution

    return ask


@pytest.fixture
def by(browse, cast):
    return lambda name: browse(cast[name])


def page(name, *args):
    return reverse(f"admin:handlers_{name}", args=args)


def place(name="alice"):
    return page("taskshare_change", share_of(name).pk)


# My tasks.


def test_people_see_their_own_tasks(ask, by):
    ask(title="Pay the rent?")

    assert "Pay the rent?" in shown(by("alice").get(page("taskshare_changelist")))
    assert "Pay the rent?" not in shown(by("bob").get(page("taskshare_changelist")))


def test_what_is_new_is_marked_until_it_is_opened(ask, by):
    ask()
    client = by("alice")
    assert '<span class="wf-tag">new</span>' in shown(
        client.get(page("taskshare_changelist"))
    )
    client.get(place())

    assert "wf-tag" not in shown(client.get(page("taskshare_changelist")))


def test_nobody_else_opens_it_for_them(ask, by_owner):
    ask()
    by_owner.get(place())

    assert share_of("alice").seen_at is None


def test_the_list_has_what_is_done_on_request(ask, by):
    ask()
    client = by("alice")
    client.post(place(), {"outcome": "approve"})
    listed = page("taskshare_changelist")

    assert client.get(listed).context["cl"].result_count == 0
    assert client.get(listed, {"show": "done"}).context["cl"].result_count == 1
    assert client.get(listed, {"show": "all"}).context["cl"].result_count == 1


def test_what_no_workflow_waits_for_is_not_to_be_done(ask, by):
    services.cancel(ask(), timezone.now())

    listed = by("alice").get(page("taskshare_changelist"))

    assert listed.context["cl"].result_count == 0


def test_the_list_costs_the_same_for_many(ask, by, django_assert_max_num_queries):
    for _number in range(4):
        ask()
    client = by("alice")

    with django_assert_max_num_queries(12):
        client.get(page("taskshare_changelist"))


def test_every_page_says_how_many_there_are(ask, by):
    client = by("alice")
    index = reverse("admin:index")
    assert "(1)" not in shown(client.get(index))
    ask()

    assert "My tasks <strong>(1)</strong>" in shown(client.get(index))
    assert 'title="1 new"' in shown(client.get(index))
    client.get(place())
    assert "1 new" not in shown(client.get(index))


# The answer.


def test_an_answer_is_taken(ask, by):
    execution = ask(questions=QUESTIONS)

    response = by("alice").post(
        place(), {"outcome": "approve", "comment": "Well.", **ANSWERS}, follow=True
    )

    assert said(response) == ["Your answer was taken: Pay?."]
    drain(timezone.now())
    execution.refresh_from_db()
    values = execution.jobs.get().result["values"]
    assert execution.status == "succeeded"
    assert (str(values["sum"]), str(values["on"])) == ("12.50", "2026-12-01")
    assert (values["color"], values["sure"], values["count"]) == ("b", True, 3)
    assert values["at"].isoformat() == "2026-12-01T09:30:00+00:00"
    assert LogEntry.objects.get().change_message == "Your answer was taken: Pay?."


def test_required_questions_are_asked_for(ask, by):
    ask(questions=QUESTIONS)

    response = by("alice").post(place(), {"outcome": "approve", "q_count": "many"})

    form = response.context["form"]
    assert set(form.errors) == {"q_sum", "q_count"}
    assert states() == {"alice": "open"}


def test_a_no_needs_no_answers_but_may_need_a_comment(ask, by):
    outcomes = [{"name": "pay"}, {"name": "no", "yes": False, "comment": True}]
    ask(questions=QUESTIONS, outcomes=outcomes)
    client = by("alice")

    response = client.post(place(), {"outcome": "no"})
    assert set(response.context["form"].errors) == {"comment"}
    client.post(place(), {"outcome": "no", "comment": "Too much."})
    assert task().outcome == "no"


def test_an_unknown_button_is_an_error(ask, by):
    ask()

    response = by("alice").post(place(), {"outcome": "burn"})

    assert "Choose one of the buttons." in shown(response)


def test_a_second_answer_is_told(ask, by):
    ask()
    client = by("alice")
    client.post(place(), {"outcome": "approve"}, follow=True)

    response = client.post(place(), {"outcome": "reject"}, follow=True)

    assert "takes no answers any more" in said(response)[0]
    assert task().outcome == "approve"
    assert "nothing to answer here" in shown(response)


def test_strangers_see_and_answer_nothing(ask, by):
    ask()
    address = place()
    client = by("bob")

    assert client.get(address).status_code == 403
    assert client.post(address, {"outcome": "approve"}).status_code == 403
    assert client.post(f"{place()[:-7]}comment/", {"text": "x"}).status_code == 403
    assert client.post(f"{place()[:-7]}hand_over/", {"to": "bob"}).status_code == 403
    assert states() == {"alice": "open"}


def test_who_may_answers_for_others(ask, browse):
    ask()
    chief = person("chief", "view_humantask", "answer_humantask")

    response = browse(chief).post(place(), {"outcome": "reject"}, follow=True)

    assert response.redirect_chain == [(page("humantask_change", task().pk), 302)]
    assert share_of("alice").answered_by == "chief"
    assert "answered by" in shown(response)


def test_answers_need_a_token_of_the_page(ask, cast):
    ask()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["alice"])

    assert client.post(place(), {"outcome": "approve"}).status_code == 403
    assert states() == {"alice": "open"}


def test_who_left_the_admin_is_sent_to_the_login(ask, by):
    ask()
    client = by("alice")
    User.objects.filter(username="alice").update(is_staff=False)

    assert client.post(place(), {"outcome": "approve"}).status_code == 302
    assert states() == {"alice": "open"}


def test_an_unknown_task_is_not_found(by):
    assert by("alice").get(page("taskshare_change", 0), follow=True).status_code == 404
    assert (
        by("alice").get(page("taskshare_change", "x"), follow=True).status_code == 404
    )


# Comments, handing over.


def test_a_comment_is_added(ask, by):
    ask()
    where = page("taskshare_comment", share_of("alice").pk)
    client = by("alice")

    assert "This field is required." in shown(client.post(where, {"text": ""}))
    response = client.post(where, {"text": "Who pays?"}, follow=True)
    assert "Who pays?" in shown(response)
    assert client.get(where).status_code == 405


def test_a_task_is_handed_over(ask, by):
    ask()
    where = page("taskshare_hand_over", share_of("alice").pk)
    client = by("alice")

    response = client.post(where, {"to": "nobody"})
    assert "No user of the admin has this name." in shown(response)
    client.post(where, {"to": "bob", "reason": "Ill"})
    assert states() == {"alice": "handed_over", "bob": "open"}
    assert client.get(where).status_code == 405


# The manager's pages.


def test_managers_see_all_tasks(ask, browse):
    ask(user_groups="Buyers", rule="all", description="Read this.")
    chief = browse(person("chief", "view_humantask"))

    assert "0 / 2" in shown(chief.get(page("humantask_changelist")))
    text = shown(chief.get(page("humantask_change", task().pk)))
    assert "Read this." in text
    assert "Answer instead" not in text
    assert "Remind now" not in text


def test_others_do_not(ask, by):
    ask()

    assert by("alice").get(page("humantask_changelist")).status_code == 403
    assert by("alice").get(page("humantask_change", task().pk)).status_code == 403


def test_a_link_to_the_execution_needs_its_permission(ask, by, cast):
    execution = ask()
    link = reverse("admin:workflows_execution_change", args=[execution.pk])
    assert link not in shown(by("alice").get(place()))
    cast["alice"].user_permissions.set(
        person("viewer", "view_execution").user_permissions.all()
    )

    assert link in shown(by("alice").get(place()))


def test_managers_remind(ask, browse):
    ask()
    chief = browse(person("chief", "view_humantask", "answer_humantask"))
    where = page("humantask_remind", task().pk)

    response = chief.post(where, follow=True)

    assert said(response) == ["Reminded of: Pay?."]
    assert TaskNote.objects.get().name == "chief"
    assert chief.get(where).status_code == 405


def test_many_are_reminded_and_one_that_ended_stops_no_other(ask, browse):
    ask(title="One")
    services.cancel(ask(title="Two"), timezone.now())
    HumanTask.objects.filter(title="Two").update(state="cancelled")
    chief = browse(person("chief", "view_humantask", "answer_humantask"))
    chosen = list(HumanTask.objects.values_list("pk", flat=True))

    response = chief.post(
        page("humantask_changelist"),
        {"action": "remind", "_selected_action": chosen},
        follow=True,
    )

    assert "Reminded of 1 task." in said(response)
    assert any("Two" in each and "ended" in each for each in said(response))


def test_nothing_is_deleted_or_added_by_hand(ask, by_owner):
    ask()

    for name in ("humantask", "taskshare"):
        assert by_owner.get(page(f"{name}_add")).status_code == 403
        assert by_owner.post(
            page(f"{name}_changelist"),
            {"action": "delete_selected", "_selected_action": [task().pk]},
        ).status_code in {302, 200}
    assert HumanTask.objects.count() == 1


# For all pages.


def test_hostile_texts_are_texts(ask, by_owner, owner, cast):
    for name in ("alice", "owner"):
        User.objects.filter(username=name).update(first_name="<b>x</b>")
    ask(
        title=HOSTILE,
        description=HOSTILE,
        users=["alice", "owner"],
        questions=[{"name": "a", "label": HOSTILE, "help": HOSTILE}],
        outcomes=[{"name": "a", "title": HOSTILE}],
        rule="all",
    )
    by_owner.post(place("owner"), {"outcome": "a", "q_a": HOSTILE, "comment": HOSTILE})
    by_owner.post(page("taskshare_comment", share_of("owner").pk), {"text": HOSTILE})

    for address in (
        page("taskshare_changelist") + "?show=all",
        place("owner"),
        place("alice"),
        page("humantask_changelist"),
        page("humantask_change", task().pk),
    ):
        text = shown(by_owner.get(address))
        assert "<script>alert" not in text, address
        assert "<b>x</b>" not in text, address
        assert "\u202e" not in text, address
        assert "\x07" not in text, address


def test_deadlines_stand_out(ask, by):
    ask(deadline="duration", amount=1, unit="hours", rule="all", users="alice, bob")
    text = shown(by("alice").get(page("taskshare_changelist")))
    assert "soon" in text
    HumanTask.objects.update(due_at=timezone.now() - timedelta(hours=1))

    text = shown(by("alice").get(place()))

    assert "over" in text
    assert "nothing to answer here" in text
