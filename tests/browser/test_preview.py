"""The preview follows what is typed, in a real browser."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.workflows.admin.conftest import url
from workflows import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium, live_server, client):
    """Open pages as a superuser."""
    client.force_login(User.objects.create_superuser("owner"))
    context = chromium.new_context(base_url=live_server.url, locale="en-GB")
    session = client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_ten_runs_change_while_cron_is_typed(page):
    repeat = {"kind": "cron", "expression": "0 9 * * *"}
    config = {"zone": "Europe/Berlin", "repeat": repeat}
    version = services.create("Daily", "schedule", config)
    page.goto(url("workflowversion_change", version.pk) + "?panel=trigger")
    runs = page.locator(".wf-runs tbody tr")
    expect(runs).to_have_count(10)
    expect(runs.first).to_contain_text("09:00:00")

    page.locator("[name=trigger-expression]").fill("45 17 * * *")

    expect(runs.first).to_contain_text("17:45:00")
    expect(runs).to_have_count(10)
    page.locator("[name=trigger-expression]").fill("99 * * * *")
    expect(page.locator(".wf-faults")).to_contain_text("must be from 0 to 59")
    version.refresh_from_db()
    assert version.trigger_config["repeat"] == repeat
