"""The page of an execution: canvas, drawer, timeline, and what it asks for again."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import NOW, drain
from tests.handlers.nodes.test_loop import loop
from tests.handlers.nodes.test_parallel import parallel
from tests.nodes import Flaky, node
from tests.workflows.admin.conftest import execute, person, said, say, shown, url
from workflows import services
from workflows.admin.executions import timelines
from workflows.models import Execution, Job

FAILS_ON_3 = "{{ 1 / (loop.item - 2) }}"
LIVE = {"x-wf-fragment": "execution"}


@pytest.fixture
def page_of(by_owner):
    def page_of(execution, **query):
        return shown(by_owner.get(url("execution_change", execution.pk), query))

    return page_of


def card(page, key):
    """Find the card of a node, as text without markup."""
    [found] = re.findall(rf'id="node-{key}"[^>]*>(.*?)</div>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def classes(page, key):
    [found] = re.findall(rf'class="wf-node ([^"]*)" id="node-{key}"', page)
    return found.split()


def drawer(page):
    return page[page.index('id="wf-drawer"') : page.index("</aside>")]


# The canvas.


def test_card_says_how_a_node_ended(page_of, make_version):
    page = page_of(execute(make_version(say(), node("boom"), say("after"))))

    assert "Succeeded" in card(page, "say")
    assert "Error" in card(page, "boom")
    assert "wf-is-succeeded" in classes(page, "say")
    assert "wf-is-error" in classes(page, "boom")
    assert "wf-unreached" in classes(page, "after")


def test_state_describes_the_link_of_its_card(page_of, make_version):
    page = page_of(execute(make_version(say())))

    assert 'aria-describedby="state-say"' in page
    assert 'id="state-say"' in page


def test_taken_branch_is_marked_and_the_other_is_not(page_of, make_version):
    branches = {"yes": [say("a")], "no": [say("b")]}
    page = page_of(
        execute(make_version(node("choose", "{{ true }}", branches=branches)))
    )

    assert re.search(
        r'class="wf-branch wf-taken wf-through"[^>]*data-branch="yes"', page
    )
    assert re.search(r'class="wf-branch wf-untaken"[^>]*data-branch="no"', page)


def test_loop_says_its_rounds(page_of, make_version):
    body = [node("echo", FAILS_ON_3, "a")]
    page = page_of(execute(make_version(loop(9, body))))

    assert "3 of 9 rounds" in card(page, "loop")
    assert "3 runs" in card(page, "a")
    assert "1 went wrong" in card(page, "a")


def test_node_that_is_tried_again_says_its_attempt(page_of, make_version):
    Flaky.troubles = [ValueError("busy")]
    retry = {"attempts": 5, "first": 0}
    execution = execute(make_version(node("flaky", retry=retry)))
    drain(timezone.now())

    assert "attempt 2 of 5" in card(page_of(execution), "flaky")


def test_trigger_shows_what_it_brought(page_of, make_version):
    version = make_version(say())
    event = services.Event(version.workflow_id, version.pk, "k", {"data": {"n": 17}})
    execution = services.start(event, NOW)

    page = page_of(execution, panel="trigger")

    assert "{&quot;n&quot;: 17}" in page or "{&quot;n&quot;:17}" in page
    assert "Trigger data" in drawer(page)


def test_canvas_cannot_be_changed(page_of, make_version):
    page = page_of(execute(make_version(say())))

    assert "wf-plus" not in page
    assert "wf-open" not in page


# The drawer.


def test_node_that_did_not_run_says_so(page_of, make_version):
    page = page_of(execute(make_version(node("boom"), say())), panel="node:say")

    assert "This node has not run." in drawer(page)


@pytest.mark.parametrize("panel", ["node:nope", "nope", "node:"])
def test_unknown_panel_has_no_page(by_owner, make_version, panel):
    address = url("execution_change", execute(make_version(say())).pk)

    assert by_owner.get(address, {"panel": panel}).status_code == 404


def test_drawer_lists_attempts_with_time_and_reason(page_of, make_version):
    Flaky.troubles = [ValueError("busy"), ValueError("<b>still</b>")]
    retry = {"attempts": 5, "first": 0}
    execution = execute(make_version(node("flaky", retry=retry)))
    drain(timezone.now())
    drain(timezone.now())

    text = drawer(page_of(execution, panel="node:flaky"))

    attempts = text[text.index("Attempts") : text.index("</ol>")]
    moments = re.findall(r"<time [^>]*datetime=", attempts)
    assert len(moments) == 2
    assert "ValueError: busy" in attempts
    assert "&lt;b&gt;still" in attempts


@pytest.fixture
def many(make_version):
    """Give an execution of a loop with 45 rounds."""
    return execute(make_version(loop(45, [say("a", "{{ loop.item }}")])))


def test_runs_come_in_pages_the_latest_first(page_of, many):
    text = drawer(page_of(many, panel="node:a"))

    assert text.count("<li") == 20
    assert "Round 45" in text
    assert "Page 1 of 3" in text
    assert "Round 1<" in drawer(page_of(many, panel="node:a", runs="3"))


def test_round_is_chosen_by_its_number(page_of, many):
    text = drawer(page_of(many, panel="node:a", round="7"))

    assert "6</pre>" in text or "&quot;6&quot;</pre>" in text
    missing = drawer(page_of(many, panel="node:a", round="99"))
    assert "There is no round 99 of this node." in missing


def test_job_of_another_node_is_not_shown(by_owner, many):
    address = url("execution_change", many.pk)

    assert by_owner.get(address, {"panel": "node:a", "job": "1"}).status_code == 404


def test_rounds_of_a_loop_lead_to_what_went_wrong(page_of, make_version):
    body = [say("a"), node("echo", FAILS_ON_3, "b"), say("c")]
    execution = execute(make_version(loop(9, body)))
    wrong = execution.jobs.get(node_key="b", status="error")

    text = drawer(page_of(execution, panel="node:loop"))

    assert 'name="panel" value="node:a"' in text
    assert text.count("<li") == 3
    assert f"?panel=node:b&amp;job={wrong.number}&amp;" in text
    assert "3 of 9 rounds" in text


def test_branches_side_by_side_say_how_each_went(page_of, make_version):
    branches = {"one": [say("a")], "two": [node("pause", "for ever")], "three": []}
    execution = execute(make_version(parallel("settled", **branches)))

    text = drawer(page_of(execution, panel="node:p"))

    rows = re.findall(r"<li>(.*?)</li>", text, re.DOTALL)
    assert ["Succeeded" in rows[0], "Waiting" in rows[1]] == [True, True]


def test_ten_thousand_rounds_are_not_loaded(page_of, many, django_assert_num_queries):
    numbers = range(1000, 11000)
    Job.objects.bulk_create(
        Job(
            execution=many,
            number=number,
            node_key="a",
            node_type="test_say",
            status="succeeded",
            round=str(number),
            started_at=NOW,
            result="x" * 50,
        )
        for number in numbers
    )

    text = page_of(many, panel="node:a")

    assert drawer(text).count("<li") == 20
    assert text.count("wf-bar-row") <= timelines.MOST + 1
    assert "10046 jobs have run; the latest 301 are drawn." in text
    assert len(text) < 400_000


# The timeline.


def test_timeline_has_a_bar_for_each_job(page_of, make_version):
    page = page_of(execute(make_version(say("a"), node("pause", "for ever"))))

    assert page.count("wf-bar-row") == 2
    assert page.count('class="wf-bar-work wf-bar-is-succeeded"') == 1
    assert page.count('class="wf-bar-rest wf-bar-is-waiting"') == 1


def test_loop_stands_around_its_rounds(page_of, many):
    assert page_of(many).count("wf-bar-around wf-bar-is-succeeded") == 1


def test_bars_lie_within_the_picture(make_version):
    execution = execute(make_version(say("a"), say("b"), node("pause", "for ever")))

    drawn = timelines.timeline_of(execution, {}, timezone.now())

    assert all(bar.x >= 0 and bar.x + bar.width <= 1000 for bar in drawn.bars)


# Asking again.


def test_nothing_new_is_not_sent_again(by_owner, make_version):
    execution = execute(make_version(node("pause", "for ever")))
    address = url("execution_change", execution.pk)
    first = by_owner.get(address, headers=LIVE)
    headers = {**LIVE, "if-none-match": first.headers["ETag"]}

    again = by_owner.get(address, headers=headers)

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""
    services.cancel(execution, timezone.now())
    assert by_owner.get(address, headers=headers).status_code == 200


def test_page_has_the_tag_of_its_state(by_owner, make_version):
    address = url("execution_change", execute(make_version(say())).pk)

    tag = by_owner.get(address, headers=LIVE).headers["ETag"]

    assert f'data-etag="{tag}"'.replace('""', '"&quot;', 1) or tag in shown(
        by_owner.get(address)
    )


def test_tags_differ_by_panel_and_by_reader(by_owner, browse, viewer, make_version):
    address = url("execution_change", execute(make_version(say())).pk)
    tags = {
        by_owner.get(address, query, headers=LIVE).headers["ETag"]
        for query in ({}, {"panel": "node:say"}, {"panel": "trigger"})
    }

    tags.add(browse(viewer).get(address, headers=LIVE).headers["ETag"])

    assert len(tags) == 4


def test_only_what_runs_is_live(page_of, make_version):
    assert " data-live>" in page_of(execute(make_version(node("pause", "for ever"))))
    assert " data-live>" not in page_of(execute(make_version(say())))


def test_parts_are_parts(by_owner, make_version):
    address = url("execution_change", execute(make_version(say())).pk)

    for part in ("drawer", "execution"):
        text = shown(by_owner.get(address, headers={"x-wf-fragment": part}))
        assert "<html" not in text


def test_question_costs_little(by_owner, many, django_assert_max_num_queries):
    address = url("execution_change", many.pk)
    tag = by_owner.get(address, headers=LIVE).headers["ETag"]

    with django_assert_max_num_queries(8):
        by_owner.get(address, headers={**LIVE, "if-none-match": tag})


@pytest.mark.parametrize("panel", ["", "node:a", "node:loop", "trigger"])
def test_page_costs_the_same_for_many(by_owner, make_version, panel):
    version = make_version(loop("{{ trigger.data }}", [say("a")]))
    few, many = (started(version, count) for count in (350, 700))
    query = {"panel": panel}
    _count(by_owner, few, query)

    assert _count(by_owner, many, query) == _count(by_owner, few, query)
    assert _count(by_owner, many, query) <= 30


def _count(browser, execution, query):
    with CaptureQueriesContext(connection) as captured:
        browser.get(url("execution_change", execution.pk), query)
    return len(captured)


def started(version, data):
    event = services.Event(version.workflow_id, version.pk, str(data), {"data": data})
    execution = services.start(event, NOW)
    drain()
    execution.refresh_from_db()
    return execution


# Effects.


@pytest.fixture
def broken(make_version):
    Flaky.troubles = [ValueError("busy")]
    return execute(make_version(say(), node("flaky"), title="Broken"))


def test_failed_node_and_header_offer_to_retry(page_of, broken):
    page = page_of(broken, panel="node:flaky")

    assert page.count(f'action="{url("execution_mend", broken.pk)}"') == 2
    assert url("execution_mend", broken.pk) not in drawer(
        page_of(broken, panel="node:say")
    )


def test_retry_leads_to_the_execution_that_goes_on(by_owner, broken, page_of):
    response = by_owner.post(url("execution_mend", broken.pk), follow=True)

    again = Execution.objects.latest("pk")
    assert response.redirect_chain[-1][0] == url("execution_change", again.pk)
    assert f"Execution {broken.pk} goes on from where it stopped" in said(response)[0]
    assert LogEntry.objects.get().object_id == str(broken.pk)
    assert url("execution_change", broken.pk) in page_of(again)
    assert url("execution_change", again.pk) in page_of(broken)


def test_second_retry_is_refused_with_a_sentence(by_owner, broken):
    by_owner.post(url("execution_mend", broken.pk))

    response = by_owner.post(url("execution_mend", broken.pk), follow=True)

    assert "does so already" in said(response)[-1]
    assert LogEntry.objects.count() == 1


def test_newest_version_is_offered_by_its_number(by_owner, broken, page_of):
    services.copy_as_version(broken.version)

    assert "Retry with version 2" in page_of(broken)
    by_owner.post(url("execution_mend_newest", broken.pk))
    assert Execution.objects.latest("pk").version.number == 2


def test_what_was_taken_over_is_said(by_owner, broken, page_of):
    by_owner.post(url("execution_mend", broken.pk))
    again = Execution.objects.latest("pk")

    text = drawer(page_of(again, panel="node:say"))

    assert "Taken over from the execution that this one goes on with" in text


def test_success_offers_no_retry_from_a_node(page_of, make_version):
    execution = execute(make_version(say()))

    assert url("execution_mend", execution.pk) not in page_of(execution)


def test_viewer_sees_all_and_acts_on_nothing(browse, viewer, broken):
    browser = browse(viewer)
    page = shown(
        browser.get(url("execution_change", broken.pk), {"panel": "node:flaky"})
    )

    assert "ValueError: busy" in page
    for name in ("cancel", "retry", "mend", "mend_newest", "delete"):
        assert url(f"execution_{name}", broken.pk) not in page


@pytest.mark.parametrize("headers", [{}, LIVE, {"x-wf-fragment": "drawer"}])
def test_stranger_sees_nothing(browse, stranger, broken, headers):
    address = url("execution_change", broken.pk)

    assert browse(stranger).get(address, headers=headers).status_code == 403


def test_retry_needs_its_permission(browse, broken):
    canceller = person("canceller", "view_execution", "cancel_execution")

    response = browse(canceller).post(url("execution_mend", broken.pk))

    assert response.status_code == 403
    assert Execution.objects.count() == 1


def test_why_it_waits_stands_on_top(page_of, make_version):
    page = page_of(execute(make_version(node("pause", "for ever"))))

    assert "waits for an event or an answer." in page


def test_reason_of_the_end_stands_on_top(page_of, broken):
    [why] = re.findall(r'id="wf-why".*?</p>', page_of(broken), re.DOTALL)

    assert "ValueError: busy" in why
