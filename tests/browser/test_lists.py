"""Lists, calendar and dashboard in a real browser: axe, the policy, widths, keys."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_editor import complaints_of
from tests.browser.test_schedule_pages import browse
from tests.workflows.admin.conftest import execute, node_types, say, url
from workflows import services
from workflows.models import Category, Execution
from workflows.states import ExecutionStatus

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = [
    "Daily",
    "Unbreakable" * 15,
    "مرحبا بالعالم",
    "<b>bold</b> \u202e & long " * 5,
]
PLANS = ["0 9 * * *", "* * * * *", "0 * * * *", "30 2 * * *"]
WRONG = "since=2026-01-02T00:00:00&until=2026-01-01T00:00:00"
BOOM = {"key": "boom", "type": "test_boom"}


@pytest.fixture
def history(transactional_db):
    """Create workflows with odd names, runs of every status, and what is planned."""
    versions = []
    for title, expression in zip(TITLES, PLANS, strict=True):
        config = {"zone": "UTC", "repeat": {"kind": "cron", "expression": expression}}
        definition = {"schema": 1, "nodes": [say()]}
        made = services.create(title, "schedule", config, definition=definition)
        Category.objects.create(name=title[:90]).workflows.add(made.workflow)
        services.enable(made, timezone.now())
        versions.append(made)
    broken = services.create(
        "Broken", "manual", definition={"schema": 1, "nodes": [BOOM]}
    )
    for version in (*versions, broken, broken):
        execute(version)
    now = timezone.now()
    Execution.objects.bulk_create(
        Execution(
            workflow_id=versions[0].workflow_id,
            version_id=versions[0].pk,
            event_key=f"key-{status}",
            status=status,
            reason=TITLES[1] if status == "rejected" else TITLES[3],
            created_at=now - timedelta(hours=number),
            finished_at=now,
        )
        for number, (status, _label) in enumerate(ExecutionStatus.choices)
    )
    return versions


def addresses(history):
    workflow = history[1].workflow_id
    yield url("workflow_changelist")
    yield url("execution_changelist")
    yield f"{url('execution_changelist')}?workflow__id__exact={workflow}&{WRONG}"
    yield url("workflow_dashboard")
    yield url("workflow_calendar")
    yield f"{url('workflow_calendar')}?view=week"
    yield f"{url('workflow_calendar')}?view=day"
    yield "/admin/workflows/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_and_the_policy_find_nothing(browse, history, locale, scheme):
    page = browse(locale=locale, color_scheme=scheme)
    complaints, found = complaints_of(page), {}

    for address in addresses(history):
        page.goto(address)
        assert [line for line in complaints if "404" not in line] == []
        rules = Axe().run(page).response["violations"]
        found[address] = [(rule["id"], rule["nodes"][0]["html"]) for rule in rules]
        complaints.clear()

    assert not any(found.values()), found


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_no_page_is_wider_than_its_window(browse, history, locale, width):
    page = browse(locale=locale, viewport={"width": width, "height": 900})
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )

    for address in addresses(history):
        page.goto(address)
        assert page.evaluate(wider) is False, address


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_every_column_is_seen_beside_the_filters(browse, history, locale):
    page = browse(locale=locale, viewport={"width": 1440, "height": 900})
    page.goto(url("workflow_changelist"))

    hidden = "e => e.scrollWidth - e.clientWidth"
    assert page.locator("#changelist .results").evaluate(hidden) == 0


def test_hostile_titles_are_texts(browse, history):
    page = browse(locale="en-GB")
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    for address in addresses(history):
        page.goto(address)
        expect(page.locator("b", has_text="bold")).to_have_count(0)

    assert dialogs == []


def test_calendar_is_walked_by_keyboard(browse, history):
    page = browse(locale="en-GB")
    page.goto(f"{url('workflow_calendar')}?date=2026-01-15")
    expect(page.locator("#wf-calendar-title")).to_have_text("January 2026")

    page.get_by_role("link", name="Later").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#wf-calendar-title")).to_have_text("February 2026")
    page.get_by_role("link", name="Week", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wf-day")).to_have_count(7)
    page.get_by_label("Day:", exact=True).fill("2026-03-04")
    page.get_by_role("button", name="Show", exact=True).press("Enter")

    expect(page.locator(".wf-day time").first).to_have_attribute(
        "datetime", "2026-03-01"
    )


def test_calendar_is_a_list_of_days_on_a_phone(browse, history):
    page = browse(locale="en-GB", viewport={"width": 390, "height": 900})
    page.goto(url("workflow_calendar"))

    days = page.locator(".wf-day:visible")
    expect(page.locator(".wf-weekdays")).to_be_hidden()
    lefts = {round(day.bounding_box()["x"]) for day in days.all()}
    assert len(lefts) == 1


def test_calendar_works_without_scripts(browse, history):
    page = browse(locale="en-GB", java_script_enabled=False)
    page.goto(url("workflow_calendar"))
    page.get_by_role("link", name="Day", exact=True).click()

    expect(page.locator(".wf-hour")).to_have_count(24)


def test_dashboard_follows_what_happens(browse, history):
    page = browse(locale="en-GB")
    page.clock.install()
    page.goto(url("workflow_dashboard"))
    tile = page.locator(".wf-tile", has_text="Went wrong in 24 hours")
    before = int(tile.locator(".wf-tile-value").inner_text())

    Execution.objects.create(
        workflow_id=history[0].workflow_id,
        version_id=history[0].pk,
        event_key="later",
        status="failed",
        created_at=timezone.now(),
    )
    page.clock.run_for(11_000)

    expect(tile.locator(".wf-tile-value")).to_have_text(str(before + 1))


def test_hidden_dashboard_asks_nothing(browse, history):
    page = browse(locale="en-GB")
    page.clock.install()
    page.goto(url("workflow_dashboard"))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")

    page.clock.run_for(60_000)

    assert asked == []


def test_selection_of_all_goes_on_by_itself(browse, history, monkeypatch):
    monkeypatch.setattr("workflows.admin.executions.selections.CHUNK", 2)
    monkeypatch.setattr("workflows.admin.executions.selections.SECONDS", 0)
    page = browse(locale="en-GB")
    page.goto(f"{url('execution_changelist')}?status__exact=succeeded")
    page.get_by_label("Select all objects on this page for an action").check()
    page.get_by_label("Action:").select_option("delete_selected")
    page.get_by_role("button", name="Go").click()
    complaints = complaints_of(page)
    rules = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in rules] == []
    complaints.clear()
    page.get_by_role("button", name="Yes, delete").click()

    expect(page.locator(".messagelist")).to_contain_text("executions were deleted.")
    assert not Execution.objects.filter(status="succeeded").exists()
    assert complaints == []
