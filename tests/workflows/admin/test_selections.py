"""What is done to many executions: asked first, in steps, each with its permission."""

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry

from tests.workflows.admin.conftest import execute, person, said, say, shown, url
from workflows import services
from workflows.admin import ExecutionAdmin
from workflows.admin.executions import selections
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution, Job
from workflows.states import ExecutionStatus

LIST = "execution_changelist"


@pytest.fixture
def queued(version, now):
    return services.run_manually(version, {}, now)


@pytest.fixture
def ended(version):
    return execute(version)


@pytest.fixture
def crowd(version, now):
    """Give seven executions that have not begun."""
    return [services.run_manually(version, {}, now) for _ in range(7)]


@pytest.fixture
def small_steps(monkeypatch):
    """Let each request do three executions."""
    monkeypatch.setattr(selections, "CHUNK", 3)
    monkeypatch.setattr(selections, "SECONDS", 0)


def choose(browser, action, *executions, query="", **more):
    chosen = [each.pk for each in executions]
    sent = {"action": action, "_selected_action": chosen, **more}
    return browser.post(url(LIST) + query, sent, follow=True)


def confirmed(browser, action, *executions, **more):
    """Choose, and answer the question as its page does."""
    question = choose(browser, action, *executions, **more)
    return press(browser, question, action, **more)


def press(browser, page, action, query="", **more):
    names = ("top", "total", "below", "done")
    facts = {name: page.context.get(name) or "" for name in names}
    facts["refused"] = page.context.get("refused_count") or ""
    ids = page.context["ids"]
    sent = {"action": action, "_selected_action": ids, "post": "yes", **facts, **more}
    return browser.post(url(LIST) + query, sent, follow=True)


def statuses():
    return [str(each) for each in Execution.objects.values_list("status", flat=True)]


def test_cancelling_asks_first(by_owner, queued):
    page = shown(choose(by_owner, "cancel", queued))

    assert "Cancel 1 execution?" in page
    assert statuses() == ["queued"]


def test_question_names_who_is_refused_and_why(by_owner, ended, queued):
    page = shown(choose(by_owner, "cancel", queued, ended))

    assert "Cancel 1 execution?" in page
    place = url("execution_change", ended.pk)
    assert f'It has ended already: Succeeded. <a href="{place}">' in page


def test_confirmed_cancel_does_what_it_can(by_owner, ended, queued):
    response = confirmed(by_owner, "cancel", queued, ended)

    assert said(response) == ["1 execution was cancelled."]
    queued.refresh_from_db()
    assert queued.status == ExecutionStatus.CANCELLED
    assert queued.reason == "cancelled by owner"


def test_confirmed_retry_runs_all_again(by_owner, ended, version):
    other = execute(version)

    response = confirmed(by_owner, "retry", ended, other)

    assert said(response) == ["2 executions run again."]
    assert statuses().count("queued") == 2


def test_confirmed_mending_goes_on_with_what_did_not_succeed(
    by_owner, ended, make_version
):
    broken = execute(make_version({"key": "boom", "type": "test_boom"}, title="Broken"))

    response = confirmed(by_owner, "mend", ended, broken)

    sentence = "1 execution goes on from where it stopped."
    assert sentence in said(response)
    again = Execution.objects.latest("pk")
    assert services.mending_of(again).follows == broken.pk


def test_retry_of_a_deleted_version_is_refused(by_owner, ended, now):
    services.archive(ended.workflow, now)

    sentences = said(choose(by_owner, "retry", ended))

    assert sentences == [f"Execution {ended.pk}: Its version is deleted."]


def test_deleting_asks_first_and_keeps_the_unfinished(by_owner, ended, queued):
    page = shown(choose(by_owner, "delete_selected", ended, queued))

    assert "Delete 1 execution from the history?" in page
    assert "It is not finished: Queued. Cancel it first." in page
    assert len(statuses()) == 2


def test_confirmed_deleting_takes_the_jobs_along(by_owner, ended, queued):
    response = confirmed(by_owner, "delete_selected", ended, queued)

    assert said(response) == ["1 execution was deleted."]
    assert list(Execution.objects.all()) == [queued]
    assert not Job.objects.exists()


def test_nothing_to_do_asks_nothing(by_owner, queued):
    sentences = said(choose(by_owner, "delete_selected", queued))

    why = "It is not finished: Queued. Cancel it first."
    assert sentences == [f"Execution {queued.pk}: {why}"]


def test_each_is_logged(by_owner, ended, queued):
    confirmed(by_owner, "cancel", queued)
    confirmed(by_owner, "delete_selected", ended)

    logged = LogEntry.objects.order_by("pk").values_list("object_id", "action_flag")
    assert list(logged) == [(str(queued.pk), CHANGE), (str(ended.pk), DELETION)]


def test_all_that_match_are_counted_by_status(by_owner, ended, crowd):
    page = shown(choose(by_owner, "cancel", ended, select_across="1"))

    assert "Cancel 7 executions?" in page
    assert "Succeeded: 1" in page


def test_all_that_match_are_done_in_steps(by_owner, crowd, small_steps):
    step = confirmed(by_owner, "cancel", select_across="1", _selected_action=["0"])

    assert "3 of 7 are done." in shown(step)
    assert statuses().count("cancelled") == 3
    step = press(by_owner, step, "cancel", select_across="1")
    assert "6 of 7 are done." in shown(step)
    last = press(by_owner, step, "cancel", select_across="1")
    assert said(last) == ["7 executions were cancelled."]
    assert statuses() == ["cancelled"] * 7


def test_only_what_matches_the_filters_is_done(by_owner, ended, crowd):
    query = "?status__exact=succeeded"

    confirmed(by_owner, "delete_selected", ended, query=query, select_across="1")

    assert statuses() == ["queued"] * 7


def test_what_is_created_after_the_question_is_left_alone(
    by_owner, crowd, version, now
):
    question = choose(by_owner, "cancel", crowd[0], select_across="1")
    later = services.run_manually(version, {}, now)

    press(by_owner, question, "cancel", select_across="1")

    assert [e.pk for e in Execution.objects.unfinished()] == [later.pk]


def test_retry_of_all_does_not_retry_its_own(by_owner, ended, version, small_steps):
    execute(version)

    confirmed(by_owner, "retry", ended, select_across="1")

    assert len(statuses()) == 4


def test_long_selection_is_not_counted_to_its_end(by_owner, crowd, monkeypatch):
    monkeypatch.setattr(selections, "MOST", 5)

    page = shown(choose(by_owner, "cancel", crowd[0], select_across="1"))

    assert "Cancel all executions that match and have not ended?" in page
    assert "More than 5 match." in page


def test_long_list_offers_all_that_match(by_owner, crowd, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 1)
    monkeypatch.setattr(ExecutionAdmin, "list_per_page", 1)

    page = shown(by_owner.get(url(LIST)))

    assert "Select all that match" in page
    assert "Select all 2" not in page


def test_unreadable_range_selects_nothing(by_owner, crowd):
    query = "?since=yesterday"

    page = shown(choose(by_owner, "cancel", crowd[0], query=query, select_across="1"))

    assert "None of those that match" in page


def test_permission_is_asked_for_each(browse, crowd, monkeypatch):
    mine = crowd[0]
    monkeypatch.setattr(
        ExecutionAdmin,
        "has_cancel_permission",
        lambda self, request, obj=None: obj is None or obj.pk == mine.pk,
    )
    browser = browse(person("limited", "view_execution"))

    page = shown(choose(browser, "cancel", *crowd))
    assert "Cancel 1 execution?" in page
    assert "You have no permission to do this." in page
    assert "and 1 more" in page
    sentences = said(confirmed(browser, "cancel", mine, select_across="1"))

    assert "1 execution was cancelled." in sentences
    assert statuses().count("cancelled") == 1
    assert "6 were refused in all." in sentences


@pytest.mark.parametrize(
    ("may", "offered"),
    [
        ("cancel_execution", {"", "cancel"}),
        ("retry_execution", {"", "mend", "retry"}),
        ("delete_execution", {"", "delete_selected"}),
    ],
)
def test_each_action_has_its_permission(browse, ended, may, offered):
    browser = browse(person("one", "view_execution", may))

    form = browser.get(url(LIST)).context["action_form"]

    assert set(dict(form.fields["action"].choices)) == offered


def test_viewer_has_no_actions(browse, viewer, ended):
    browser = browse(viewer)

    assert "action-select" not in shown(browser.get(url(LIST)))
    confirmed_page = choose(browser, "delete_selected", ended, post="yes", top="99999")
    assert confirmed_page.status_code == 200
    assert statuses() == ["succeeded"]


def test_busy_execution_is_left_to_its_worker(by_owner, queued, monkeypatch):
    monkeypatch.setattr(services, "cancel_many", lambda ids, now, reason: [])

    response = confirmed(by_owner, "cancel", queued)

    text = f"Execution {queued.pk}: a worker has it just now; try again."
    assert said(response) == [text]


def test_retry_says_what_is_wrong(by_owner, ended, make_version, now):
    other = execute(make_version(say(), title="Other"))
    question = choose(by_owner, "retry", ended, other)
    services.archive(other.workflow, now)

    sentences = said(press(by_owner, question, "retry"))

    assert sentences[-1] == "1 execution runs again."
    assert sentences[0].startswith(f"Execution {other.pk}: ")
