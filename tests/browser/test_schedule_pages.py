"""The pages around schedules: axe finds nothing, and a form shows what counts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect

from tests.conftest import NOW
from tests.workflows.admin.conftest import url
from triggers.schedule.pausing import pause
from workflows import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPEAT = {"kind": "cron", "expression": "0 9 * * *"}
TITLES = ["Daily", "Unbreakable" * 15, "مرحبا بالعالم", "<b>bold</b> & long " * 5]


@pytest.fixture
def versions(transactional_db):
    """Create workflows with names that people would not choose."""
    config = {"zone": "Europe/Berlin", "repeat": REPEAT}
    return [services.create(title, "schedule", config) for title in TITLES]


@pytest.fixture
def browse(chromium, live_server, client):
    """Open pages as a superuser, in a language, a colour scheme and a width."""
    client.force_login(User.objects.create_superuser("owner"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    contexts = []

    def browse(**options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.add_cookies([{**cookie, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield browse
    for context in contexts:
        context.close()


def addresses(versions):
    yield url("workflow_changelist")
    yield reverse("admin:workflows_workflow_switch", args=["schedules"])
    for version in versions[:3]:
        yield url("workflow_change", version.workflow_id)
        yield url("workflowversion_change", version.pk) + "?panel=trigger"


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_axe_finds_nothing(browse, versions, locale, scheme):
    page = browse(locale=locale, color_scheme=scheme)
    found = {}

    for address in addresses(versions):
        page.goto(address)
        found[address] = violations(page)
    pause(NOW)
    page.goto(url("workflow_changelist"))

    assert not any(found.values()), found
    assert violations(page) == []


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_window(browse, versions, locale, width):
    page = browse(locale=locale, viewport={"width": width, "height": 900})
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )

    for address in addresses(versions):
        page.goto(address)
        assert page.evaluate(wider) is False, address


def test_every_column_is_seen_beside_the_filters(browse, versions):
    page = browse(locale="ru-RU", viewport={"width": 1440, "height": 900})
    page.goto(url("workflow_changelist"))

    hidden = "e => e.scrollWidth - e.clientWidth"
    assert page.locator("#changelist .results").evaluate(hidden) == 0


def test_the_form_shows_what_its_mode_needs(browse, versions):
    page = browse(locale="en-GB")
    page.goto(url("workflowversion_change", versions[0].pk) + "?panel=trigger")
    expect(page.locator("[name=trigger-expression]")).to_be_visible()
    expect(page.locator("[name=trigger-start_field]")).to_be_hidden()
    expect(page.locator("[name=trigger-every]")).to_be_hidden()

    page.get_by_role("radio", name="Date field of a collection").check()
    page.get_by_role("radio", name="every …").check()

    expect(page.locator("[name=trigger-start_field]")).to_be_visible()
    expect(page.locator("[name=trigger-starts_at]")).to_be_hidden()
    expect(page.locator("[name=trigger-every]")).to_be_visible()
    expect(page.locator("[name=trigger-expression]")).to_be_hidden()


def test_a_field_that_is_wrong_shows_in_any_mode(browse, versions):
    page = browse(locale="en-GB")
    page.goto(url("workflowversion_change", versions[0].pk) + "?panel=trigger")
    page.get_by_role("radio", name="every …").check()
    page.locator("[name=trigger-every]").fill("1.5")
    page.get_by_role("radiogroup", name="Repeat").get_by_role(
        "radio", name="never"
    ).check()
    page.locator("#wf-drawer").get_by_role("button", name="Save").click()

    expect(page.locator("#wf-drawer .errorlist").first).to_be_visible()


def test_end_and_day_show_what_their_choice_needs(browse, versions):
    page = browse(locale="en-GB")
    page.goto(url("workflowversion_change", versions[0].pk) + "?panel=trigger")
    runs, moment = page.get_by_label("Ends after runs"), page.get_by_label("Ends at")
    expect(runs).to_be_hidden()
    expect(moment).to_be_hidden()

    page.locator("[name=trigger-ends]").select_option("counted")
    expect(runs).to_be_visible()
    expect(moment).to_be_hidden()
    page.get_by_role("radio", name="every …").check()
    page.locator("[name=trigger-unit]").select_option("months")
    expect(page.get_by_label("Day of the month")).to_be_hidden()
    page.get_by_label("Which day").select_option("nth")

    expect(page.get_by_label("Which of them")).to_be_visible()
    expect(page.get_by_label("Day of the month")).to_be_hidden()


SENTENCES = {
    "en-GB": "every 2 weeks on Monday and Thursday at 09:00",
    "ru-RU": "каждые 2 недели по понедельникам и четвергам в 09:00",
}


@pytest.mark.parametrize("locale", SENTENCES)
def test_repetition_is_read_back_while_it_is_chosen(browse, versions, locale):
    page = browse(locale=locale)
    page.goto(url("workflowversion_change", versions[0].pk) + "?panel=trigger")
    page.locator("[name=trigger-kind][value=interval]").check()
    page.locator("[name=trigger-starts_at]").fill("2026-11-23T09:00:00")
    page.locator("[name=trigger-every]").fill("2")
    page.locator("[name=trigger-unit]").select_option("weeks")
    for weekday in (0, 3):
        page.locator(f"[name=trigger-weekdays][value='{weekday}']").check()

    expect(page.locator(".wf-sentence")).to_have_text(
        SENTENCES[locale], ignore_case=True
    )
    expect(page.locator(".wf-runs tbody tr")).to_have_count(10)


def test_date_fields_of_the_collection_are_offered(browse, versions):
    page = browse(locale="en-GB")
    page.goto(url("workflowversion_change", versions[0].pk) + "?panel=trigger")
    page.get_by_role("radio", name="Date field of a collection").check()
    page.locator("[name=trigger-collection]").select_option("shop.order")
    page.locator("[name=trigger-start_field]").focus()

    offered = page.locator("input[name=trigger-start_field] + datalist option")
    expect(offered).to_have_count(3)
    assert offered.first.get_attribute("value") in {"created_at", "paid_at"}
