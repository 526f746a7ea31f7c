"""Values, orders, questions and outcomes as rows, in a real browser."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_editor import complaints_of, said
from tests.browser.test_rules import DAILY, press, stored
from tests.browser.test_schedule_pages import browse
from tests.workflows.admin.conftest import node_types, url
from workflows import services
from workflows.models import WorkflowVersion

__all__ = ["browse", "node_types"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = "<b>\u202e & 'x\" "
VALUES = {"number": HOSTILE, "total": 12.5, "customer": "{{ 1 }}", "paid_at": None}
QUESTIONS: list[dict[str, object]] = [
    {"name": "amount", "type": "decimal", "required": True, "initial": 5},
    {"name": "colour", "type": "choice", "choices": ["red", "a, b"]},
]
OUTCOMES = [{"name": "done"}]
TASK = {"title": "T", "users": "{{ [1] }}"}
NODES = {
    "make": ("create", {"collection": "shop.order", "values": VALUES}),
    "new": ("create", {"collection": "shop.order"}),
    "orders": ("query", {"collection": "shop.order", "sort": ["-total", "number"]}),
    "task": ("manual", {**TASK, "questions": QUESTIONS, "outcomes": OUTCOMES}),
    "call": ("http", {"url": "https://a.test", "headers": {"Accept": "a"}}),
}  # fmt: skip


@pytest.fixture
def version(transactional_db):
    nodes = [
        {"key": key, "type": kind, "config": config}
        for key, (kind, config) in NODES.items()
    ]
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Rows", "schedule", DAILY, definition=definition)


@pytest.fixture
def opened(browse, version):
    def opened(key, **options):
        page = browse(**{"locale": "en-GB", **options})
        page.complaints = complaints_of(page)
        page.goto(f"{url('workflowversion_change', version.pk)}?panel=node:{key}")
        expect(page.locator("wf-rows .wf-over").first).to_be_visible()
        return page

    return opened


def rows_of(page, field):
    return page.locator(f"wf-rows:has(#id_config-{field})")


def cells(page, field):
    inputs = rows_of(page, field).locator(".wf-row [data-cell]")
    return inputs.evaluate_all(
        "all => all.map(e => e.type === 'checkbox' ? e.checked : e.value)"
    )


def save(page):
    page.keyboard.press("Control+s")
    said(page, "Change “")


def test_values_are_built_by_keyboard(opened, version):
    page = opened("new")
    press(page, "Add a field")
    page.keyboard.type("number")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("{{ trigger.date }}")
    press(page, "Add a field")
    page.keyboard.type("total")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("12.5")
    page.keyboard.press("Control+s")

    # The customer is missing at run time only.
    said(page, "Change “")
    given = {"number": "{{ trigger.date }}", "total": 12.5}
    assert stored(version, "new", "values") == given
    assert [line for line in page.complaints if "404" not in line] == []


def test_values_are_shown_and_written_without_loss(opened, version):
    page = opened("make")
    shown = dict(zip(*[iter(cells(page, "values"))] * 2, strict=True))
    assert shown["total"] == "12.5"
    assert shown["paid_at"] == "null"

    place = list(shown).index("total")
    page.locator("[data-cell=value]").nth(place).fill("7")
    save(page)

    assert stored(version, "make", "values") == {**VALUES, "total": 7}


def test_fields_are_offered_with_their_kind_and_what_is_required(opened):
    page = opened("make")

    option = page.locator("datalist option[value=customer]").first
    expect(option).to_have_attribute("label", "customer · number · required")
    expect(page.locator("datalist option[value='customer.name']")).to_have_count(0)


def test_required_fields_are_added_at_once(opened):
    page = opened("new")

    press(page, "Add the required fields")

    assert cells(page, "values") == ["number", "", "customer", ""]
    expect(page.get_by_role("button", name="Add the required fields")).to_be_hidden()
    expect(page.locator("[data-cell=value]").first).to_be_focused()


def test_name_that_stands_twice_is_said(opened):
    page = opened("call")

    rows_of(page, "headers").get_by_role("button", name="Add a value").click()
    page.keyboard.type("Accept")

    note = rows_of(page, "headers").get_by_role("status")
    expect(note).to_have_text("Stands twice, so that only the last one counts: Accept")


def test_order_is_changed_by_buttons(opened, version):
    page = opened("orders")
    assert cells(page, "sort") == ["total", "down", "number", "up"]

    press(page, "Move down")
    rows_of(page, "sort").locator("select").first.select_option("down")
    save(page)

    assert stored(version, "orders", "sort") == ["-number", "-total"]


def test_questions_and_outcomes_are_rows(opened, version):
    page = opened("task")
    asked = cells(page, "questions")
    assert asked[:7] == ["amount", "", "decimal", "5", "", "", True]
    assert asked[11] == 'red, "a, b"'
    assert cells(page, "outcomes") == ["done", "", True, True, False]

    rows_of(page, "outcomes").get_by_label("Needs a comment").check()
    rows_of(page, "questions").get_by_label("Label").first.fill("Amount")
    save(page)

    first, second = QUESTIONS
    assert stored(version, "task", "questions") == [first | {"label": "Amount"}, second]
    [outcome] = stored(version, "task", "outcomes")
    assert outcome == {"name": "done", "yes": True, "questions": True, "comment": True}


def test_json_and_rows_show_the_same(opened):
    page = opened("call")
    headers = rows_of(page, "headers")

    headers.get_by_role("button", name="As JSON").click()
    assert json.loads(page.locator("#id_config-headers").input_value()) == {
        "Accept": "a"
    }
    page.locator("#id_config-headers").fill('{"A": "b", "C": [1, {"d": 2}]}')
    headers.get_by_role("button", name="As rows").click()

    assert cells(page, "headers") == ["A", "b", "C", '[1,{"d":2}]']


def test_list_of_records_stays_json(opened):
    page = opened("new")
    press(page, "As JSON")
    page.locator("#id_config-values").fill('[{"number": "1"}, {"number": "2"}]')
    press(page, "As rows")

    expect(page.locator("#id_config-values")).to_be_visible()
    expect(rows_of(page, "values")).to_contain_text("it stays JSON")


def test_rows_of_a_frozen_version_cannot_be_changed(opened, version):
    WorkflowVersion.objects.filter(pk=version.pk).update(run_count=1)

    page = opened("make")

    expect(page.locator(".wf-row")).to_have_count(4)
    expect(page.locator(".wf-over :is(input, select):enabled")).to_have_count(0)
    expect(page.locator(".wf-drop, .wf-over-foot")).to_have_count(0)


def test_without_scripts_there_is_the_text(browse, version):
    page = browse(locale="en-GB", java_script_enabled=False)
    page.goto(f"{url('workflowversion_change', version.pk)}?panel=node:make")

    assert json.loads(page.locator("#id_config-values").input_value()) == VALUES
    expect(page.locator(".wf-row")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_finds_nothing_in_rows(opened, locale, scheme):
    page = opened("task", locale=locale, color_scheme=scheme)

    found = Axe().run(page, "#wf-drawer").response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    hidden = "e => e.scrollWidth - e.clientWidth"
    assert page.locator("#wf-drawer").evaluate(hidden) <= 0
