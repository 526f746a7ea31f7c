"""Rules and filters as rows, in a real browser."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_editor import complaints_of, said
from tests.browser.test_schedule_pages import browse
from tests.workflows.admin.conftest import node_types, url
from workflows import services
from workflows.graph import find
from workflows.models import WorkflowVersion

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAILY = {"zone": "UTC", "repeat": {"kind": "cron", "expression": "0 9 * * *"}}
TOTAL = {"left": "{{ trigger.data.total }}", "op": "gt", "value": 100}
VIP = {"left": "{{ trigger.data.vip }}", "op": "eq", "value": True}
UNPAID = {"left": "{{ trigger.data.status }}", "op": "eq", "value": "unpaid"}
WANTED = {"match": "all", "rules": [UNPAID, {"match": "any", "rules": [TOTAL, VIP]}]}
FILTER = {
    "match": "any",
    "rules": [
        {"field": "number", "op": "in", "value": ["paid", "a, b", "7"]},
        {"field": "total", "op": "between", "value": [1, "{{ 2 * 3 }}"]},
        {"field": "customer.name", "op": "is_empty"},
    ],
}


@pytest.fixture
def version(transactional_db):
    query = {"collection": "shop.order", "filter": FILTER}
    nodes = [
        {"key": "check", "type": "condition", "config": {}},
        {"key": "orders", "type": "query", "config": query},
    ]
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Check", "schedule", DAILY, definition=definition)


@pytest.fixture
def opened(browse, version):
    def opened(key, **options):
        page = browse(**{"locale": "en-GB", **options})
        page.complaints = complaints_of(page)
        page.goto(f"{url('workflowversion_change', version.pk)}?panel=node:{key}")
        expect(page.locator("wf-rules .wf-over")).to_be_visible()
        return page

    return opened


def stored(version, key, name):
    version.refresh_from_db()
    return find(version.definition, key)["config"].get(name)


def fill(page, left, downs, value):
    """Fill the row that has the focus; a button stands before its value."""
    page.keyboard.type(left)
    page.keyboard.press("Tab")
    for _down in range(downs):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(value)


def press(page, name, place=0):
    page.get_by_role("button", name=name, exact=True).nth(place).focus()
    page.keyboard.press("Enter")


def build(page):
    press(page, "Add a rule")
    fill(page, UNPAID["left"], 0, "unpaid")
    press(page, "Add a group")
    fill(page, TOTAL["left"], 4, "100")
    press(page, "Add a rule")
    fill(page, VIP["left"], 0, "true")


def rows(page):
    return page.locator(".wf-rule input").evaluate_all("all => all.map(e => e.value)")


def test_rules_in_groups_are_built_by_keyboard(opened, version):
    page = opened("check")

    build(page)
    page.keyboard.press("Control+s")
    said(page, "Change “")

    assert stored(version, "check", "rules") == WANTED
    before = rows(page)
    page.reload()
    expect(page.locator(".wf-rule")).to_have_count(3)
    assert rows(page) == before
    assert [line for line in page.complaints if "404" not in line] == []


def test_rows_and_focus_stay_when_the_node_is_saved(opened):
    page = opened("check")

    build(page)
    page.keyboard.press("Control+s")
    said(page, "Change “")

    expect(page.locator(".wf-rule .wf-value input").last).to_be_focused()


def test_filter_is_shown_and_written_without_loss(opened, version):
    page = opened("orders")
    values = ["number", 'paid, "a, b", "7"', "total", "1, {{ 2 * 3 }}"]
    assert rows(page)[:4] == values

    page.locator(".wf-match").select_option("all")
    page.keyboard.press("Control+s")
    said(page, "Change “")

    assert stored(version, "orders", "filter") == {**FILTER, "match": "all"}


def test_rows_are_those_of_the_node_that_is_opened(opened):
    page = opened("orders", viewport={"width": 1440, "height": 1000})

    page.locator("#node-check .wf-card-title").click()
    expect(page.locator(".wf-rule")).to_have_count(0)
    page.locator("#node-orders .wf-card-title").click()

    expect(page.locator(".wf-rule")).to_have_count(3)
    expect(page.locator("wf-rules .wf-over")).to_have_count(1)


def test_rows_of_a_frozen_version_cannot_be_changed(opened, version):
    WorkflowVersion.objects.filter(pk=version.pk).update(run_count=1)

    page = opened("orders")

    expect(page.locator(".wf-rule")).to_have_count(3)
    expect(page.locator(".wf-over :is(input, select):enabled")).to_have_count(0)
    expect(page.locator(".wf-drop, .wf-over-foot")).to_have_count(0)


def test_filter_offers_fields_and_comparisons_that_fit(opened):
    page = opened("orders")

    option = page.locator("wf-rules datalist option[value='customer.name']")
    expect(option).to_have_count(1)
    total = page.locator(".wf-rule").nth(1).locator("option[value=contains]")
    expect(total).to_be_disabled()


def test_removing_the_last_rule_of_a_group_removes_the_group(opened):
    page = opened("check")

    press(page, "Add a group")
    press(page, "Remove the rule")

    expect(page.locator(".wf-rules-group")).to_have_count(1)
    assert page.locator("#id_config-rules").input_value() == ""


def test_json_and_rows_show_the_same(opened):
    page = opened("orders")

    press(page, "As JSON")
    text = page.locator("#id_config-filter")
    assert json.loads(text.input_value()) == FILTER
    text.fill('{"rules": [{"field": "total", "op": "gt", "value": 5}]}')
    press(page, "As rules")

    assert rows(page) == ["total", "5"]


def test_what_rows_cannot_show_stays_json(opened):
    page = opened("orders")
    odd = '{"rules": [{"field": "total", "op": "gt", "value": 5, "note": 1}]}'

    press(page, "As JSON")
    page.locator("#id_config-filter").fill(odd)
    press(page, "As rules")

    expect(page.locator("wf-rules .wf-over")).to_contain_text("it stays JSON")
    expect(page.locator("#id_config-filter")).to_have_value(odd)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_finds_nothing_in_rows(opened, locale, scheme):
    page = opened("orders", locale=locale, color_scheme=scheme)

    found = Axe().run(page, "#wf-drawer").response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
