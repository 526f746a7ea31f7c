"""The handler array as rows and as JSON, in a real browser, and without faults."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from handlers.work.models import Work
from handlers.work.starting import start_work
from tests.browser.test_preview import page
from tests.handlers.work.conftest import WELL

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ADD = reverse("admin:handlers_work_add")


@pytest.fixture
def builder(page, works):
    page.goto(ADD)
    return page


def source(page):
    return json.loads(page.locator("[data-wf-handlers]").input_value())


def test_rows_become_json_and_start_a_work(builder):
    builder.get_by_role("button", name="Add a handler").click()
    last = builder.locator(".wf-row").last
    last.get_by_label("Type").select_option("sql")
    last = builder.locator(".wf-row").last
    last.get_by_label("Method").fill("select 1")

    added = {"action": "run", "type": "sql", "method": "select 1"}
    assert source(builder)[1] == added
    builder.get_by_role("button", name="Start").click()
    expect(builder.locator(".messagelist")).to_contain_text("was started")
    assert Work.objects.get().body["work"][1] == added


def test_json_becomes_rows(builder):
    area = builder.locator("[data-wf-handlers]")
    post = [{"type": "set", "method": "c=1"}]
    area.fill(json.dumps([{**WELL[0], "postExecute": post}, {"type": "http"}]))

    rows = builder.locator(".wf-row")
    expect(rows).to_have_count(2)
    expect(rows.first.get_by_label("Afterwards")).to_have_value(
        json.dumps(post, indent=2)
    )
    area.fill("[{")
    expect(builder.locator(".wf-builder-wrong")).to_be_visible()


def test_rows_are_moved_and_removed(builder):
    area = builder.locator("[data-wf-handlers]")
    area.fill(json.dumps([{"type": "set", "method": name} for name in "abc"]))

    builder.get_by_role("button", name="Move up: Handler 3").click()
    builder.get_by_role("button", name="Remove: Handler 1").click()

    assert [row["method"] for row in source(builder)] == ["c", "b"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_faults_of_access(page, works, scheme):
    page.emulate_media(color_scheme=scheme)
    work = start_work(WELL, tag="t", conditions="IDLE")
    Work.objects.update(
        unmet=["IDLE"], progress={"done": 5, "total": 10, "speed": 1, "left": 5}
    )

    # What stands around is the stock admin's own.
    for address, part in (
        (reverse("admin:handlers_work_changelist"), "#result_list"),
        (ADD, "#content-main"),
        (reverse("admin:handlers_work_change", args=[work.pk]), "#content-main"),
        (reverse("admin:handlers_httpalias_add"), "#content-main"),
    ):
        page.goto(address)
        faults = Axe().run(page, part, WCAG).response["violations"]
        assert [(f["id"], f["nodes"][0]["html"]) for f in faults] == [], address
