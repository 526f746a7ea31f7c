"""The tutorial "Your first workflow", clicked through in the real admin."""

import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from demo.shop.models import Customer, Order
from tests.conftest import drain
from triggers.schedule.firing import FireSchedules
from workflows.models import Execution

pytestmark = pytest.mark.browser
PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-workflow.md"
FILTERS = re.findall(
    r'^ {8}(\{"match".*?\]\})$', PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
)
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]


@pytest.fixture
def browser(monkeypatch):
    # Playwright keeps a loop running in the thread in which the tests use the ORM.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = shutil.which("chromium")
    if path is None and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail("Chromium is not installed.")
    if path is None:
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=FLAGS)


@pytest.fixture
def page(browser, live_server):
    User.objects.create_superuser("admin", password="password")
    page = browser.new_page(base_url=live_server.url, locale="en")
    page.goto("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.fixture
def order():
    created_at = timezone.now().replace(microsecond=0)
    return Order.objects.create(
        number="1", customer=Customer.objects.create(name="Ada"), created_at=created_at
    )


def add_workflow(page, **settings):
    page.goto("/admin/workflows/workflow/add/")
    page.get_by_label("Title").fill("My own")
    page.get_by_role("button", name="Save").click()
    fill(page, "trigger", **settings)
    save(page)


def add_node(page, link, kind, **settings):
    page.get_by_role("link", name=link).click()
    page.get_by_role("button", name=kind).click()
    fill(page, "config", **settings)
    save(page)


def save(page):
    page.locator("#wf-drawer").get_by_role("button", name="Save").click()
    expect(page.locator("#wf-toast")).to_contain_text("Change")


def fill(page, part, **settings):
    for name, value in settings.items():
        field = page.locator(f"#id_{part}-{name}")
        match field.evaluate("field => field.tagName"):
            case "SELECT":
                field.select_option(label=value)
            case "DIV":
                field.get_by_role("radio", name=value).check()
            case _:
                write(page, field, value)


def write(page, field, value):
    if field.is_hidden():
        rows = page.locator("wf-rows, wf-rules").filter(has=field)
        rows.get_by_role("button", name="As JSON").click()
    field.fill(value)


def enable(page):
    page.get_by_role("switch", name="Enabled").click()
    page.get_by_role("switch", name="Enabled", checked=True).wait_for()


def cancel(page, link, number):
    values = '{"status": "cancelled"}'
    orders = {"collection": "orders", "values": values, "filter": FILTERS[number]}
    add_node(page, link, "Update records", **orders)


def pass_time(order):
    """Let 31 minutes pass."""
    now = order.created_at + timedelta(minutes=31)
    FireSchedules().drain(now)
    drain(now)
    order.refresh_from_db()


def test_every_minute_cancels_an_unpaid_order(page, order):
    add_workflow(
        page, starts_at="2026-01-01T00:00:00", kind="every …", every="1", unit="minutes"
    )
    minutes = {"amount": "30", "unit": "minutes", "date": "{{ trigger.date }}"}
    add_node(page, "Add the first node", "Dates", operation="subtract", **minutes)
    cancel(page, "Add a node after dates", 0)
    enable(page)

    pass_time(order)

    assert order.status == "cancelled"


def test_date_of_the_order_cancels_it_to_the_second(page, order):
    field = {"mode": "Date field of a collection", "collection": "orders"}
    field |= {"start_field": "created_at", "start_offset": "30"}
    add_workflow(page, **field, start_unit="minutes", kind="never")
    cancel(page, "Add the first node", 1)
    enable(page)

    pass_time(order)

    assert order.status == "cancelled"
    planned_at = Execution.objects.get().planned_at
    assert planned_at == order.created_at + timedelta(minutes=30)
