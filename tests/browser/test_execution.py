"""The page of an execution in a real browser: seen, walked through, live, mended."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_editor import HOSTILE, complaints_of
from tests.browser.test_schedule_pages import browse
from tests.conftest import drain
from tests.handlers.nodes.test_loop import loop
from tests.handlers.nodes.test_parallel import parallel
from tests.nodes import Flaky, node, registered
from tests.workflows.admin.conftest import execute, fork, node_types, say, url
from workflows import services
from workflows.models import Execution, Workflow

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1440, "height": 1000}


@pytest.fixture(autouse=True)
def types():
    with registered():
        yield


def create(*nodes, title="Greet", **values):
    definition = {"schema": 1, "nodes": list(nodes)}
    return services.create(title, "manual", {}, definition=definition, **values)


@pytest.fixture
def page(browse):
    return browse(locale="en-GB", viewport=WIDE)


@pytest.fixture
def still(page):
    """Give a page whose clock stands still; `run_for` lets it go on."""
    page.clock.install(time=datetime(2026, 11, 22, 9, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC))
    return page


def show(page, execution, query=""):
    page.goto(url("execution_change", execution.pk) + query)
    expect(page.locator("html")).to_have_class("wf-has-scripts")


def card(page, key):
    return page.locator(f"#node-{key} > .wf-card .wf-card-title")


def asked(page):
    """Collect the questions whether something has changed, with their answers."""
    answers = []

    def heard(response):
        if is_question(response):
            answers.append(response.status)

    page.on("response", heard)
    return answers


def is_question(response):
    return response.request.headers.get("x-wf-fragment") == "execution"


def rest(page, milliseconds=2000):
    """Let time pass until the page has asked."""
    with page.expect_response(is_question) as response:
        page.clock.run_for(milliseconds)
    return response.value.status


@pytest.fixture
def waiting(transactional_db):
    version = create(say("first"), node("pause", key="nap"), say("last"))
    return execute(version)


# Live.


def test_page_follows_the_execution_without_a_reload(still, waiting):
    show(still, waiting)
    card(still, "nap").click()
    expect(still.locator("#wf-drawer-title")).to_have_text("Echo")
    expect(still.locator("#wf-state")).to_have_text("Waiting")
    still.evaluate("window.stays = true")
    drain(waiting.due_at + timedelta(seconds=1))

    assert rest(still) == 200

    expect(still.locator("#wf-state")).to_have_text("Succeeded")
    expect(still.locator("#node-last .wf-card-state")).to_contain_text("Succeeded")
    expect(still.locator("#wf-drawer .wf-succeeded").first).to_be_visible()
    expect(card(still, "nap")).to_be_focused()
    assert still.evaluate("window.stays") is True


def test_page_asks_no_more_after_the_end(still, waiting):
    show(still, waiting)
    drain(waiting.due_at + timedelta(seconds=1))
    rest(still)
    expect(still.locator("#wf-state")).to_have_text("Succeeded")
    answers = asked(still)

    still.clock.run_for(300_000)
    still.reload()
    still.clock.run_for(300_000)

    assert answers == []


def test_nothing_new_is_answered_by_304_and_asked_for_more_rarely(still, waiting):
    show(still, waiting)
    answers = asked(still)

    statuses = [rest(still) for _ in range(6)]
    still.clock.run_for(2000)

    assert set(statuses) == {304}
    assert len(answers) == 6
    assert rest(still, 1000) == 304


def look(page, *, away):
    page.evaluate(
        """away => {
            const value = { value: away, configurable: true };
            Object.defineProperty(document, "hidden", value);
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        away,
    )


def test_hidden_tab_asks_nothing_and_looks_at_once_when_it_is_seen(still, waiting):
    show(still, waiting)
    answers = asked(still)
    look(still, away=True)

    still.clock.run_for(600_000)

    assert answers == []
    with still.expect_response(is_question):
        look(still, away=False)
    assert len(answers) == 1


def test_drawer_that_is_read_stays_as_it_is(still, waiting):
    show(still, waiting, "?panel=trigger")
    expect(still.locator("#wf-drawer-title")).to_have_text("Trigger")
    drain(waiting.due_at + timedelta(seconds=1))

    rest(still)

    expect(still.locator("#wf-state")).to_have_text("Succeeded")
    expect(still.locator("#wf-drawer-title")).to_have_text("Trigger")
    expect(still.locator("#wf-drawer-title")).to_be_focused()


# By keyboard.


@pytest.fixture
def branched(transactional_db):
    inner = [say("a"), say("b", title=HOSTILE, note=HOSTILE)]
    nodes = [say("first"), fork(yes=inner, no=[say("c")]), say("last")]
    return execute(create(*nodes))


def test_keys_walk_and_open_and_close(page, branched):
    show(page, branched)
    page.locator("#wf-trigger a").focus()
    for press, key in [
        ("ArrowDown", "first"),
        ("ArrowDown", "fork"),
        ("ArrowDown", "a"),
    ]:
        page.keyboard.press(press)
        expect(card(page, key)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(card(page, "c")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    expect(page.locator("#wf-drawer-title")).to_be_focused()
    expect(page.locator("#wf-drawer")).to_contain_text("hello")
    page.keyboard.press("Escape")
    expect(page.locator("#wf-drawer")).to_be_hidden()
    expect(card(page, "a")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#wf-drawer .wf-keys")).to_be_visible()


def test_canvas_and_timeline_are_one_tab_stop_each(page, branched):
    show(page, branched)

    expect(page.locator("#wf-stage [tabindex='0']")).to_have_count(1)
    rows = page.locator(".wf-bar-label")
    expect(rows).to_have_count(5)
    expect(page.locator(".wf-bar-label[tabindex='0']")).to_have_count(1)
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.nth(4)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#wf-drawer-title")).to_be_focused()


def test_time_is_drawn_wider_and_fits_again(page, branched):
    show(page, branched)
    bars, scroll = page.locator(".wf-bars"), page.locator(".wf-timeline-scroll")
    width = bars.bounding_box()["width"]
    page.get_by_role("button", name="Draw the time wider").click()
    assert bars.bounding_box()["width"] == pytest.approx(2 * width, rel=0.01)
    page.get_by_role("button", name="Fit", exact=True).click()

    assert bars.bounding_box()["width"] <= scroll.bounding_box()["width"]


def test_way_into_the_taken_branch_is_drawn_to_where_it_parts(page, branched):
    show(page, branched)
    branch = page.locator(".wf-branch.wf-taken")

    expect(branch).to_have_attribute("data-branch", "yes")
    wide = branch.evaluate("e => getComputedStyle(e, '::before').width")
    assert float(wide.removesuffix("px")) > 20


def test_node_is_found_by_its_name(page, branched):
    show(page, branched)
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("/")
    page.keyboard.type("last")
    page.keyboard.press("Enter")

    expect(card(page, "last")).to_be_focused()


def test_round_is_chosen_in_the_drawer(page, transactional_db):
    show(page, execute(create(loop(30, [say("a", "{{ loop.item }}")]))))
    card(page, "a").click()
    expect(page.locator("#wf-drawer .wf-here")).to_contain_text("Round 30")
    page.get_by_label("Round", exact=True).fill("7")
    page.keyboard.press("Enter")
    expect(page.locator("#wf-drawer pre").first).to_contain_text("6")
    page.locator("#wf-drawer").get_by_role("link", name="Earlier ones").click()

    expect(page.locator("#wf-drawer")).to_contain_text("Page 2 of 2")


# Mending.


def test_failed_execution_is_mended_by_keyboard(page, transactional_db):
    Flaky.troubles = [ValueError("busy")]
    show(page, execute(create(say("first"), node("flaky"), say("last"))))
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(card(page, "flaky")).to_be_focused()
    page.keyboard.press("Enter")
    button = page.locator("#wf-drawer").get_by_role(
        "button", name="Retry from the failed"
    )
    button.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".messagelist")).to_contain_text(
        "goes on from where it stopped"
    )
    again = Execution.objects.latest("pk")
    assert page.url.endswith(url("execution_change", again.pk))
    drain(timezone.now())
    page.reload()
    expect(page.locator("#wf-state")).to_have_text("Succeeded")


def test_waiting_execution_is_cancelled(still, waiting):
    show(still, waiting)
    still.locator("#wf-bar").get_by_role("button", name="Cancel").click()

    expect(still.locator("#wf-state")).to_have_text("Cancelled")
    expect(still.locator("#wf-why")).to_contain_text("cancelled by owner")


# What holds everywhere.


@pytest.fixture
def everything(transactional_db):
    """Give an execution that shows all that there is to show, in odd words."""
    Flaky.troubles = [ValueError(HOSTILE)]
    retry = {"attempts": 3, "first": 0}
    branches = {
        "one": [say("a", title="مرحبا بالعالم")],
        "two": [node("pause", key="w")],
    }
    nodes = [
        node("flaky", HOSTILE, title=HOSTILE, retry=retry),
        loop(25, [say("b", "{{ loop.item }}")]),
        fork(yes=[say("c", title="Unbreakable" * 15)], no=[say("d")]),
        parallel(**branches),
        say("last"),
    ]
    execution = execute(create(*nodes, title=HOSTILE))
    drain(timezone.now())
    return execution


PANELS = ["", "node:flaky", "node:b"]
OTHERS = ["node:loop", "node:p", "node:d", "node:w", "trigger", "keys"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_and_the_policy_find_nothing(browse, everything, locale, scheme):
    page = browse(locale=locale, color_scheme=scheme)
    complaints, found = complaints_of(page), {}

    is_first = (locale, scheme) == ("en-GB", "light")
    for panel in PANELS + (OTHERS if is_first else []):
        show(page, everything, f"?panel={panel}")
        # There is no icon for the tab; axe itself breaks the policy.
        assert [line for line in complaints if "404" not in line] == []
        rules = Axe().run(page).response["violations"]
        found[panel] = [(rule["id"], rule["nodes"][0]["html"]) for rule in rules]
        complaints.clear()

    assert not any(found.values()), found


def test_ended_executions_have_no_violations(browse, transactional_db):
    page = browse(locale="en-GB")
    broken = execute(create(say("a"), node("boom"), say("b")))
    orphan = execute(create(say("a"), title="Gone"))
    Workflow.objects.filter(title="Gone").delete()

    for execution, panel in [(broken, "node:boom"), (orphan, "node:a")]:
        show(page, execution, f"?panel={panel}")
        rules = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in rules] == []


@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_page_is_as_wide_as_its_window(browse, everything, width):
    page = browse(locale="ru-RU", viewport={"width": width, "height": 900})
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )

    for panel in ("", "node:b"):
        show(page, everything, f"?panel={panel}")
        assert page.evaluate(wider) is False


def test_hostile_texts_run_nothing(page, everything):
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    show(page, everything, "?panel=node:flaky")

    expect(page.locator("#wf-drawer")).to_contain_text("<script>alert(1)</script>")
    assert dialogs == []
