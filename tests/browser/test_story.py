"""A whole story by keyboard alone: built, tested, enabled, watched, mended, copied."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from demo.shop.models import Customer, Order
from tests.browser.test_editor import said
from tests.browser.test_schedule_pages import browse
from tests.conftest import drain
from tests.workflows.admin.conftest import url
from triggers.schedule.firing import FireSchedules
from workflows.models import Execution, WorkflowVersion

__all__ = ["browse"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOCUSED = "element => element === document.activeElement"


class Keys:
    """A person at the keyboard, who has no mouse."""

    def __init__(self, page):
        self.page = page

    def reach(self, target, key="Tab", most=250):
        """Press a key until the focus is there."""
        expect(target).to_be_visible()
        for _time in range(most):
            if target.evaluate(FOCUSED):
                return
            self.page.keyboard.press(key)
        pytest.fail(f"The keyboard does not reach {target}.")

    def press(self, target, key="Enter"):
        self.reach(target)
        self.page.keyboard.press(key)

    def type(self, target, text):
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def add(self, words):
        """Add a node behind the one that has the focus."""
        self.page.keyboard.press("a")
        expect(self.page.locator("#wf-add-search")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        said(self.page, "Add “")

    def save(self):
        self.page.keyboard.press("Control+s")
        said(self.page, "Change “")
        self.close()

    def close(self):
        """Close the drawer, and wait until the canvas is as wide as before."""
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#wf-drawer")).to_be_hidden()
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.fixture
def order(transactional_db):
    buyer = Customer.objects.create(name="Ada", email="ada@example.com")
    return Order.objects.create(customer=buyer, number="A-1", created_at=timezone.now())


@pytest.fixture
def keys(browse, order):
    page = browse(locale="en-GB", viewport={"width": 1440, "height": 1000})
    page.goto(url("workflow_changelist"))
    return Keys(page)


def fire(minutes):
    """Let the scheduler look at a coming minute; what it starts waits for a worker."""
    moment = timezone.now() + timedelta(minutes=minutes)
    FireSchedules().drain(moment)
    return moment


def test_workflow_is_built_watched_mended_and_copied(keys, order):
    page = keys.page
    build(keys)
    # It is tested, enabled, and seen to fail.
    rehearse(keys)
    enable(keys)
    failed = watch(keys, 2)
    expect(page.locator("#content-main")).to_contain_text("PAID")
    assert failed.status == "error"

    mend(keys)
    enable(keys)
    watched = watch(keys, 4)

    order.refresh_from_db()
    assert (watched.status, order.status) == ("succeeded", "paid")
    assert WorkflowVersion.objects.get(enabled=True).number == 2


def build(keys):
    page = keys.page
    keys.press(page.get_by_role("link", name="Add workflow"))
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Pay")
    page.keyboard.press("Enter")
    schedule(keys)
    keys.reach(page.locator("#wf-trigger a"))
    keys.add("Condition")
    decide(keys)
    expect(page.locator("#node-condition .wf-card-title").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    update(keys)


def schedule(keys):
    """Choose every minute by its cron expression."""
    page = keys.page
    kinds = page.locator("[name=trigger-kind]")
    keys.reach(kinds.locator("visible=true").and_(page.locator(":checked")))
    cron = page.get_by_role("radio", name="cron")
    keys.reach(cron, "ArrowRight", 10)
    page.keyboard.press("Space")
    keys.type(page.get_by_role("textbox", name="Cron expression"), "* * * * *")
    page.keyboard.press("Control+s")
    said(page, "Changed the trigger")
    keys.close()


def decide(keys):
    page = keys.page
    keys.reach(page.locator("#id_config-by"))
    page.keyboard.type("an exp")
    keys.type(page.locator("#id_config-expression"), "{{ trigger.date is not none }}")
    keys.save()


def update(keys):
    """Add what pays the orders, with a status that there is not."""
    page = keys.page
    expect(page.get_by_label("Add a node into “Yes”").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#wf-add-search")).to_be_focused()
    page.keyboard.type("Update")
    page.keyboard.press("Enter")
    said(page, "Add “")
    keys.reach(page.locator("#id_config-collection"))
    page.keyboard.type("orders")
    keys.press(page.locator("#id_config-all"), "Space")
    values = page.locator("wf-rows:has(#id_config-values)")
    keys.press(values.get_by_role("button", name="Add a field"))
    page.keyboard.type("status")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type('{{ UPPER("paid") }}')
    keys.save()


def rehearse(keys):
    page = keys.page
    keys.press(page.locator("#wf-bar").get_by_role("link", name="Test", exact=True))
    drawer = page.locator("#wf-drawer")
    keys.press(drawer.get_by_role("button", name="Test", exact=True))
    said(page, "Tested version")
    keys.close()


def enable(keys):
    keys.press(keys.page.get_by_role("switch", name="Enabled"), "Space")
    switch = keys.page.get_by_role("switch", name="Enabled", checked=True)
    expect(switch.first).to_be_visible()


def watch(keys, minutes):
    """Open the run that a minute has started, and see it end."""
    page, moment = keys.page, fire(minutes)
    execution = Execution.objects.latest("pk")
    keys.press(page.locator(".breadcrumbs").get_by_role("link", name="Pay"))
    keys.press(page.locator(".object-tools").get_by_role("link", name="Executions"))
    rows = page.locator("#result_list")
    keys.press(rows.get_by_role("link", name=str(execution.pk), exact=True).first)
    expect(page.locator("#content-main")).to_contain_text("Queued")
    drain(moment)
    execution.refresh_from_db()
    page.reload()
    expect(page.locator("#content-main")).to_contain_text(
        execution.get_status_display()
    )
    return execution


def mend(keys):
    """Copy the version that has run, and write the status as it should be."""
    page = keys.page
    facts = page.locator("#content-main")
    keys.press(facts.get_by_role("link", name="1", exact=True).first)
    keys.press(page.get_by_role("button", name="Edit a copy").first)
    expect(page.locator("#wf-bar")).to_contain_text("Version 2")
    card = page.locator("#node-update .wf-card-title")
    keys.reach(page.locator("#wf-stage [tabindex='0']"))
    keys.reach(card, "ArrowDown", 20)
    page.keyboard.press("Enter")
    value = page.locator("wf-rows:has(#id_config-values) [data-cell=value]").first
    keys.type(value, "paid")
    keys.save()
