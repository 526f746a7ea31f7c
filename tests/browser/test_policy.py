"""What the stock admin adds to pages of ours works under their policy as well."""

import pytest
from playwright.sync_api import expect

from tests.admin_pages import examining
from tests.browser.test_schedule_pages import browse, versions
from tests.workflows.admin.conftest import url
from workflows.models import Category

__all__ = ["browse", "versions"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browse, versions):
    page = browse(locale="en-GB")
    page.context.add_init_script(examining.LISTEN)
    return page


def test_window_of_a_related_object_adds_it(page, versions):
    page.goto(url("workflow_change", versions[0].workflow_id))
    with page.expect_popup() as opened:
        page.locator("#add_id_categories").click()
    popup = opened.value
    popup.get_by_label("Name").fill("Warehouse")
    assert popup.evaluate(examining.BROKEN) == []
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save").click()

    chosen = page.locator("#id_categories option:checked")
    expect(chosen).to_have_text("Warehouse")
    assert page.evaluate(examining.BROKEN) == []
    assert Category.objects.get().name == "Warehouse"


def test_workflow_is_found_by_typing(page, versions):
    page.goto(url("execution_changelist"))
    if not page.locator(".select2-selection").first.is_visible():
        page.locator("summary").first.click()
    page.locator(".select2-selection").first.click()
    page.keyboard.type("Dail")

    found = page.locator(
        ".select2-results__option--highlighted, .select2-results__option"
    )
    expect(found.first).to_contain_text("Daily")
    assert page.evaluate(examining.BROKEN) == []
