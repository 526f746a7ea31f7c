"""Testing, running, conflicts, risky places and the map, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_editor import DAILY, HOSTILE, complaints_of, said
from tests.browser.test_schedule_pages import browse
from tests.nodes import node, registered
from tests.workflows.admin.conftest import fork, node_types, say, url
from workflows import services
from workflows.graph import find, replace
from workflows.models import Execution

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def more_types():
    with registered():
        yield


@pytest.fixture
def version(transactional_db, more_types):
    inner = [say("a", "{{ nodes.first }}"), say("b", title=HOSTILE, note=HOSTILE)]
    nodes = [
        say("first", "one"),
        fork(yes=inner, no=[]),
        node("outside", 1, "call", title="Call them"),
        say("last", "{{ nodes.first }} more"),
    ]
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Greet", "schedule", DAILY, definition=definition)


@pytest.fixture
def page(browse, version):
    page = browse(locale="en-GB", viewport={"width": 1440, "height": 1000})
    page.goto(url("workflowversion_change", version.pk))
    return page


def card(page, key):
    return page.locator(f"#node-{key} > .wf-card .wf-card-title")


def drawer(page):
    return page.locator("#wf-drawer")


def test_the_whole_workflow_is_tested_from_the_bar(page):
    page.locator("#wf-bar").get_by_role("link", name="Test", exact=True).click()
    expect(drawer(page)).to_contain_text("Call them")
    drawer(page).get_by_role("button", name="Test", exact=True).click()
    said(page, "Tested version 1")

    expect(drawer(page).locator(".wf-played > li")).to_have_count(6)
    expect(page.locator("#node-last.wf-tested-succeeded")).to_be_visible()
    expect(page.locator("#node-call")).to_contain_text("Skipped: acts outside")
    card(page, "call").click()
    page.keyboard.press("Escape")
    expect(page.locator("[class*=wf-tested-]")).to_have_count(0)
    page.goto(f"{page.url.split('?')[0]}?panel=test")
    drawer(page).get_by_role("link", name="Last test").click()
    expect(page.locator("#node-last.wf-tested-succeeded")).to_be_visible()
    drawer(page).get_by_text("one more").first.click()
    expect(
        drawer(page).locator("pre").filter(has_text="one more").first
    ).to_be_visible()
    assert not Execution.objects.exists()


def test_a_result_is_typed_pinned_and_used(page, version):
    card(page, "first").click()
    drawer(page).get_by_role("link", name="Results and pin").click()
    page.locator("#id_pin-result").fill('"pinned"')
    drawer(page).get_by_role("button", name="Pin this").click()
    said(page, "Pinned a result")
    expect(page.locator("#node-first")).to_contain_text("Pinned for tests")

    card(page, "last").click()
    expect(drawer(page)).to_have_attribute("data-panel", "node:last")
    drawer(page).get_by_role("link", name="Test from here on").click()
    expect(drawer(page)).to_contain_text("what is pinned")
    drawer(page).get_by_role("button", name="Test", exact=True).click()
    said(page, "Tested")

    expect(drawer(page)).to_contain_text("pinned more")
    expect(drawer(page).locator(".wf-played > li")).to_have_count(1)


def test_a_run_is_asked_for_in_the_drawer_by_keyboard(page, version):
    card(page, "first").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#wf-drawer-title")).to_have_text("Run by hand")
    expect(page.get_by_label("Create a new version, to go on editing")).to_be_checked()
    page.keyboard.press("Control+Enter")
    said(page, "Ran by hand")

    execution = Execution.objects.get()
    watch = drawer(page).get_by_role("link", name="Watch it")
    expect(watch).to_have_attribute("href", url("execution_change", execution.pk))
    expect(page.locator(".wf-frozen-note")).to_be_visible()
    drawer(page).get_by_role("link", name="Go on editing in version 2").click()
    expect(page.locator("#wf-bar")).to_contain_text("Version 2")


def test_conflict_is_compared_and_theirs_is_taken(page, version):
    card(page, "first").click()
    text = page.locator("#id_config-text")
    text.fill("mine")
    theirs = replace(version.definition, "first", config={"text": "theirs"})
    services.edit(version, theirs, author=services.Author("Changed by them"))
    page.keyboard.press("Control+s")

    clash = page.locator(".wf-conflict .wf-clash")
    expect(clash).to_contain_text("config.text")
    expect(clash.locator("td").nth(1)).to_have_text("one")
    expect(clash.locator("td").nth(2)).to_have_text("theirs")
    expect(clash.locator("td").nth(3)).to_have_text("mine")
    found = Axe().run(page, "#wf-notes").response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    page.get_by_role("button", name="Take theirs").click()

    expect(page.locator(".wf-conflict")).to_have_count(0)
    expect(text).to_have_value("theirs")


def test_enabling_with_problems_shows_them(page, version):
    broken = replace(version.definition, "last", config={"text": "{{ nodes.nope }}"})
    services.edit(version, broken)
    page.reload()
    switch = page.get_by_role("switch", name="Enabled")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()

    expect(page.locator("#wf-drawer-title")).to_have_text("Problems")
    said(page, "cannot be enabled before these are mended")


def test_risky_places_are_marked_and_may_be_taken(page, version):
    card(page, "first").focus()
    page.keyboard.press("Control+x")
    risky = page.locator(".wf-slot.wf-risky")
    expect(risky).not_to_have_count(0)
    expect(risky.first).to_have_attribute(
        "title", "“Say” reads it, and it would not be certain to have run."
    )
    refused = page.locator(".wf-slot.wf-refused .wf-plus").first
    expect(refused).to_have_attribute("aria-description", "It is here already.")
    page.keyboard.press("ArrowDown")
    said(page, "reads it")
    page.keyboard.press("Enter")
    said(page, "Move “Say”")

    expect(page.locator("#wf-bar .wf-bad")).to_be_visible()
    expect(page.locator(".wf-risky, .wf-refused")).to_have_count(0)


def test_a_risky_place_says_why_under_the_mouse(page):
    box = card(page, "first").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    expect(page.locator(".wf-slot.wf-risky")).not_to_have_count(0)
    place = page.locator("#node-a + .wf-slot .wf-plus").bounding_box()
    page.mouse.move(place["x"] + 8, place["y"] + 8, steps=6)

    said(page, "reads it")
    page.keyboard.press("Escape")


def test_a_place_for_what_was_copied_is_chosen(page, version):
    card(page, "last").focus()
    page.keyboard.press("Control+c")
    said(page, "Copied")
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("Control+Shift+V")
    expect(page.locator(".wf-slot.wf-risky")).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    said(page, "Paste “Say”")

    version.refresh_from_db()
    assert version.definition["nodes"][1]["key"] == "last_2"


def test_folded_branches_are_remembered(page):
    fold = page.locator("#node-fork > .wf-fold")
    expect(fold).to_have_attribute("aria-expanded", "true")
    fold.click()
    expect(card(page, "a")).to_be_hidden()
    page.reload()

    expect(page.locator("#node-fork.wf-folded")).to_be_visible()
    expect(card(page, "a")).to_be_hidden()
    fold.click()
    expect(card(page, "a")).to_be_visible()


def test_a_node_is_renamed_by_a_double_click(page):
    card(page, "first").dblclick()
    page.keyboard.type("Welcome")
    page.keyboard.press("Enter")
    said(page, "Rename")

    expect(card(page, "first")).to_have_text("Welcome")


def test_small_workflows_need_no_map(page):
    expect(page.locator("#wf-map")).to_be_hidden()


@pytest.fixture
def large(transactional_db):
    nodes = [say(f"n{number}") for number in range(40)]
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Large", "schedule", DAILY, definition=definition)


def test_the_map_shows_where_one_is_and_leads_elsewhere(browse, large):
    page = browse(locale="en-GB", viewport={"width": 1440, "height": 900})
    page.goto(url("workflowversion_change", large.pk))
    place = page.locator("#wf-map canvas")
    expect(place).to_be_visible()
    box = place.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3, steps=3)
    page.mouse.up()

    expect(page.locator("#node-n39")).to_be_in_viewport()
    assert page.locator("#wf-map [id]").count() == 0
    page.set_viewport_size({"width": 600, "height": 800})
    expect(place).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_and_the_policy_find_nothing(browse, version, locale, scheme):
    page = browse(locale=locale, color_scheme=scheme)
    complaints, found = complaints_of(page), {}
    broken = replace(version.definition, "last", config={"text": "{{ nodes.nope }}"})
    services.edit(version, broken)
    services.pin(version, "a", services.Given({"x": HOSTILE.replace("\a", "")}))

    place = url("workflowversion_change", version.pk)
    shown = ("test", "test:a", "rehearse", "tested", "pin:a", "node:last", "run", "ran")
    for panel in shown:
        if panel == "ran":
            services.edit(
                version, replace(version.definition, "last", config={"text": "x"})
            )
            execution = services.run_manually(version, {}, version.created_at)
            page.goto(f"{place}?panel=ran:{execution.pk}")
        elif panel == "rehearse":
            page.goto(f"{place}?panel=test")
            page.locator("#wf-drawer .wf-ask button").last.click()
            expect(page.locator("#wf-drawer .wf-played")).to_be_visible()
        else:
            page.goto(f"{place}?panel={panel}")
        assert [line for line in complaints if "404" not in line] == []
        rules = Axe().run(page).response["violations"]
        found[panel] = [(rule["id"], rule["nodes"][0]["html"]) for rule in rules]
        complaints.clear()

    assert not any(found.values()), found


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_page_is_as_wide_as_its_window(browse, version, width):
    page = browse(locale="ru-RU", viewport={"width": width, "height": 900})
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )

    for panel in ("test", "pin:a", "run"):
        page.goto(f"{url('workflowversion_change', version.pk)}?panel={panel}")
        assert page.evaluate(wider) is False


def test_keep_branch_is_offered_and_undone(page, version):
    card(page, "fork").click()
    drawer(page).get_by_role("button", name="Delete, keep the nodes of “Yes”").click()
    said(page, "Delete “Fork”")
    version.refresh_from_db()
    assert [each["key"] for each in version.definition["nodes"]][1:3] == ["a", "b"]

    page.locator("#wf-toast").get_by_role("button", name="Undo").click()
    said(page, "Undone")
    version.refresh_from_db()
    assert find(version.definition, "fork")["branches"]["yes"]


def test_keep_branch_and_test_by_keyboard(page, version):
    card(page, "fork").focus()
    page.keyboard.press("Shift+Delete")
    said(page, "Delete “Fork”")
    version.refresh_from_db()
    assert [each["key"] for each in version.definition["nodes"]][1:3] == ["a", "b"]

    page.keyboard.press("t")
    expect(page.locator("#wf-drawer-title")).to_have_text("Test the workflow")
    page.keyboard.press("Control+Enter")
    said(page, "Tested version 1")
