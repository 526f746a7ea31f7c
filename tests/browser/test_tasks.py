"""The pages of tasks and messages in a real browser: an answer, and no faults."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from handlers.inbox.models import InboxMessage
from handlers.inbox.telling import Letter, tell
from handlers.people.models import HumanTask, TaskShare
from tests.browser.test_preview import page
from tests.browser.test_works import WCAG
from tests.conftest import drain
from workflows import services

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTIONS = [
    {"name": "amount", "label": "Amount", "type": "decimal", "required": True},
    {"name": "way", "label": "How", "type": "choice", "choices": ["card", "cash"]},
    {"name": "day", "label": "Pay on", "type": "date"},
    {"name": "at", "label": "Call at", "type": "datetime"},
    {"name": "sure", "label": "Sure", "type": "boolean"},
    {"name": "why", "label": "Notes", "type": "long_text"},
]


@pytest.fixture
def asked(page, make_version):
    """Ask the owner; give the page to answer on."""
    config = {
        "title": "Refund?",
        "users": "owner",
        "questions": QUESTIONS,
        "deadline": "duration",
    }
    version = make_version({"key": "ask", "type": "manual", "config": config})
    services.run_manually(version, {}, timezone.now())
    drain(timezone.now())
    return reverse("admin:handlers_taskshare_change", args=[TaskShare.objects.get().pk])


def test_a_task_is_found_and_answered(page, asked):
    page.goto(reverse("admin:index"))
    page.get_by_role("link", name="My tasks (1)").click()
    page.get_by_role("link", name="Refund?").click()
    page.get_by_label("Amount").fill("12.5")
    page.get_by_label("Pay on").fill("2026-12-01")
    page.get_by_role("button", name="Approve").click()

    expect(page.locator(".messagelist")).to_contain_text("Your answer was taken")
    assert HumanTask.objects.get().outcome == "approve"
    assert str(TaskShare.objects.get().values["day"]) == "2026-12-01"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_faults_of_access(page, asked, scheme):
    page.emulate_media(color_scheme=scheme)
    share, task = TaskShare.objects.get(), HumanTask.objects.get()
    tell([share.user], Letter("Paid", "All of it."), timezone.now())
    message = InboxMessage.objects.get()

    for address, part in (
        (reverse("admin:handlers_taskshare_changelist"), "#result_list"),
        (asked, "#content-main"),
        (reverse("admin:handlers_humantask_change", args=[task.pk]), "#content-main"),
        (reverse("admin:handlers_inboxmessage_changelist"), "#result_list"),
        (
            reverse("admin:handlers_inboxmessage_change", args=[message.pk]),
            "#content-main",
        ),
    ):
        page.goto(address)
        faults = Axe().run(page, part, WCAG).response["violations"]
        assert [(f["id"], f["nodes"][0]["html"]) for f in faults] == [], address
