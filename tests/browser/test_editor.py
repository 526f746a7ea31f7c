"""The editor in a real browser: by mouse, by keyboard alone, and without violations."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_schedule_pages import browse
from tests.workflows.admin.conftest import execute, fork, node_types, say, url
from workflows import services
from workflows.graph import find, walk
from workflows.models import WorkflowVersion

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = "<script>alert(1)</script><b>\u202e\u0007 & long " * 3
DAILY = {"zone": "UTC", "repeat": {"kind": "cron", "expression": "0 9 * * *"}}


@pytest.fixture
def version(transactional_db):
    inner = [say("a"), say("b", title=HOSTILE, note=HOSTILE)]
    nodes = [say("first"), fork(yes=inner, no=[]), say("last", "{{ nodes.nope }}")]
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Greet", "schedule", DAILY, definition=definition)


@pytest.fixture
def page(browse, version):
    page = browse(locale="en-GB", viewport={"width": 1440, "height": 1000})
    page.goto(url("workflowversion_change", version.pk))
    return page


def keys(version):
    version.refresh_from_db()
    return [node["key"] for node in walk(version.definition)]


def said(page, text):
    expect(page.locator("#wf-toast")).to_contain_text(text)


def card(page, key):
    return page.locator(f"#node-{key} > .wf-card .wf-card-title")


class Clicks:
    """Clicks, and counts them as a person would have to."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def __call__(self, role, name, inside="body"):
        area = self.page.locator(inside)
        area.get_by_role(role, name=name, exact=role == "button").first.click()
        self.count += 1

    def choose(self, field, value):
        self.page.locator(field).select_option(value)
        self.count += 2


def test_daily_workflow_takes_ten_clicks_at_most(browse):
    page = browse(locale="en-GB")
    click = Clicks(page)
    page.goto(url("workflow_changelist"))
    click("link", "Add workflow")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Daily")
    click("button", "Save")
    click("radio", "cron")
    click("textbox", "Cron expression", "#wf-drawer")
    page.keyboard.type("0 9 * * *")
    click("button", "Save", "#wf-drawer")
    said(page, "Changed the trigger")
    click("link", "Add the first node")
    expect(page.locator("#wf-add-search")).to_be_focused()
    page.keyboard.type("Calc")
    page.keyboard.press("Enter")
    expect(page.locator("#id_config-value")).to_be_focused()
    page.keyboard.type("{{ 6 * 7 }}")
    click("button", "Save", "#wf-drawer")
    said(page, "Change “Calculation”")
    click("switch", "Enabled", "#wf-bar")

    expect(page.get_by_role("switch", name="Enabled", checked=True)).to_be_visible()
    version = WorkflowVersion.objects.get(enabled=True)
    assert find(version.definition, "calculation")["config"] == {"value": "{{ 6 * 7 }}"}
    assert click.count <= 10


def test_node_is_built_by_keyboard_alone(page, version):
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("ArrowDown")
    expect(card(page, "first")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#wf-add-search")).to_be_focused()
    page.keyboard.type("says")
    page.keyboard.press("Enter")
    said(page, "Add “Say”")
    expect(page.locator("#id_config-text")).to_be_focused()
    page.keyboard.type("hi")
    page.keyboard.press("Control+s")
    said(page, "Change “Say”")
    page.keyboard.press("Escape")

    expect(card(page, "test_say")).to_be_focused()
    assert keys(version)[:2] == ["first", "test_say"]
    assert find(version.definition, "test_say")["config"]["text"] == "hi"


def test_keys_walk_through_branches(page):
    card(page, "fork").focus()
    path = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "Home", "End"]
    expected = ["a", "b", "last", "fork", "first", "", "last"]

    for press, key in zip(path, expected, strict=True):
        page.keyboard.press(press)
        stop = card(page, key) if key else page.locator("#wf-trigger a")
        expect(stop).to_be_focused()
    card(page, "a").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Add a node into “No” of fork")).to_be_focused()


def test_canvas_is_one_tab_stop(page):
    stops = page.locator("#wf-stage [tabindex='0']")

    expect(stops).to_have_count(1)
    card(page, "b").focus()
    expect(stops).to_have_count(1)


def test_node_is_moved_by_keyboard(page, version):
    card(page, "first").focus()
    page.keyboard.press("Control+x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    said(page, "Move “Say”")

    assert keys(version) == ["fork", "a", "first", "b", "last"]
    expect(card(page, "first")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#node-first + .wf-slot + #node-a")).to_be_visible()
    assert keys(version) == ["fork", "first", "a", "b", "last"]


def test_escape_puts_back_what_was_picked_up(page, version):
    card(page, "first").focus()
    page.keyboard.press("Control+x")
    page.keyboard.press("Escape")

    expect(page.locator(".wf-moving")).to_have_count(0)
    expect(card(page, "first")).to_be_focused()
    assert keys(version)[0] == "first"


def test_node_is_dragged_to_another_place(page, version):
    box = card(page, "first").bounding_box()
    target = page.get_by_label("Add a node into “No” of fork")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    expect(page.locator(".wf-ghost")).to_be_visible()
    place = target.bounding_box()
    page.mouse.move(place["x"] + 10, place["y"] + 10, steps=6)
    page.mouse.up()

    said(page, "Move “Say”")
    version.refresh_from_db()
    [moved] = find(version.definition, "fork")["branches"]["no"]
    assert moved["key"] == "first"


def test_deleted_node_comes_back_after_a_reload_too(page, version):
    before = keys(version)
    card(page, "fork").focus()
    page.keyboard.press("Delete")
    said(page, "Delete “Fork”")
    assert keys(version) == ["first", "last"]

    page.reload()
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("Control+z")
    said(page, "Undone: Delete “Fork”")

    assert keys(version) == before


def test_node_is_renamed_where_it_stands(page, version):
    card(page, "first").focus()
    page.keyboard.press("F2")
    page.keyboard.type("Welcome")
    page.keyboard.press("Enter")
    said(page, "Rename")

    expect(card(page, "first")).to_have_text("Welcome")


def test_nodes_are_copied_into_another_workflow(page, version):
    other = services.create("Other", "schedule", DAILY)
    card(page, "fork").focus()
    page.keyboard.press("Control+c")
    said(page, "Copied")
    page.goto(url("workflowversion_change", other.pk))
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("Control+v")
    said(page, "Paste “Fork”")

    assert keys(other) == ["fork", "a", "b"]


def test_conflict_shows_what_others_did_and_lets_one_insist(page, version):
    card(page, "first").click()
    text = page.locator("#id_config-text")
    text.fill("mine")
    nodes = json.loads(json.dumps(version.definition["nodes"]))
    nodes[0]["config"]["text"] = "theirs"
    author = services.Author("Changed by them")
    services.edit(version, {"schema": 1, "nodes": nodes}, author=author)

    page.keyboard.press("Control+s")
    expect(page.locator("#wf-notes")).to_contain_text("Changed by them")
    expect(text).to_have_value("mine")
    page.get_by_role("button", name="Keep mine").click()
    said(page, "Change")

    version.refresh_from_db()
    assert find(version.definition, "first")["config"]["text"] == "mine"


def test_wrong_setting_shows_where_it_is(page, version):
    card(page, "first").click()
    page.locator("#id_config-text").fill("{{ nodes.nope }}")
    page.keyboard.press("Control+s")

    errors = page.locator("#wf-drawer .errorlist")
    expect(errors).to_contain_text("There is no earlier node 'nope'")
    version.refresh_from_db()
    assert version.revision == 1


def test_settings_are_saved_before_another_node_is_opened(page, version):
    card(page, "first").click()
    page.locator("#id_config-text").fill("typed")
    card(page, "a").click()

    expect(page.locator("#wf-drawer-title")).to_have_text("Say")
    expect(page.locator("#wf-drawer input[name=key]").first).to_have_value("a")
    version.refresh_from_db()
    assert find(version.definition, "first")["config"]["text"] == "typed"


def test_problem_leads_to_its_node(page):
    page.get_by_role("link", name="1 problem").first.click()
    page.locator("#wf-drawer").get_by_role("link", name="last").click()

    expect(page.locator("#wf-drawer .wf-faults")).to_contain_text("nope")


def test_node_is_found_by_its_name(page):
    page.locator("#wf-trigger a").focus()
    page.keyboard.press("/")
    page.keyboard.type("alert")
    expect(page.locator("#wf-find li")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(card(page, "b")).to_be_focused()


def test_zoom_fits_the_whole_workflow(page):
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("#wf-zoom")).to_have_text("125%")
    page.get_by_role("button", name="Fit into the window").click()

    hidden = "e => e.scrollHeight - e.clientHeight"
    assert page.locator("#wf-stage").evaluate(hidden) <= 2


def test_branches_are_folded(page):
    card(page, "fork").focus()
    page.keyboard.press("c")
    expect(card(page, "a")).to_be_hidden()
    page.keyboard.press("ArrowDown")

    expect(card(page, "last")).to_be_focused()


def test_names_are_offered_and_their_result_is_shown(page, version):
    definition = {"schema": 1, "nodes": [say("first"), say("last")]}
    ran = services.create("Ran", "schedule", DAILY, definition=definition)
    execute(ran)
    copy = services.copy_as_version(ran)
    page.goto(url("workflowversion_change", copy.pk) + "?panel=node:last")
    text = page.locator("#id_config-text")
    text.fill("")
    text.press_sequentially("{{ nodes.f")
    expect(page.locator("#wf-names [role=option]")).to_contain_text(["nodes.first"])
    text.press("Enter")

    expect(text).to_have_value("{{ nodes.first }}")
    expect(page.locator(".wf-result")).to_have_text("hello")
    page.get_by_role("button", name="Insert a value").click()
    expect(page.locator("#wf-names")).to_contain_text("trigger.date")
    found = Axe().run(page, "#wf-drawer").response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


# What holds everywhere.

PANELS = ["", "node:b", "add"]
OTHERS = ["node:fork", "problems", "versions", "keys", "options"]


def complaints_of(page):
    """Collect what the console of a page complains of, but for the tab's icon."""
    complaints = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_and_the_policy_find_nothing(browse, version, locale, scheme):
    page = browse(locale=locale, color_scheme=scheme)
    complaints, found = complaints_of(page), {}

    is_first = (locale, scheme) == ("en-GB", "light")
    for panel in PANELS + (OTHERS if is_first else []):
        page.goto(f"{url('workflowversion_change', version.pk)}?panel={panel}")
        # There is no icon for the tab; axe itself breaks the policy.
        assert [line for line in complaints if "404" not in line] == []
        rules = Axe().run(page).response["violations"]
        found[panel] = [(rule["id"], rule["nodes"][0]["html"]) for rule in rules]
        complaints.clear()

    assert not any(found.values()), found


@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_page_is_as_wide_as_its_window(browse, version, width):
    page = browse(locale="ru-RU", viewport={"width": width, "height": 900})
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )

    for panel in ("", "node:fork"):
        page.goto(f"{url('workflowversion_change', version.pk)}?panel={panel}")
        assert page.evaluate(wider) is False


def test_comparison_has_no_violations(browse, version):
    copied = services.copy_as_version(version)
    services.edit(copied, {"schema": 1, "nodes": [say("last"), say("first")]})
    page = browse(locale="en-GB")
    complaints = complaints_of(page)
    page.goto(url("workflowversion_compare", copied.pk))

    assert [line for line in complaints if "404" not in line] == []
    rules = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in rules] == []


def test_hostile_texts_run_nothing(page):
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    card(page, "b").click()
    page.keyboard.press("/")

    expect(card(page, "b")).to_contain_text("<script>alert(1)</script>")
    assert dialogs == []
