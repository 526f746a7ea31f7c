"""What works say reaches an open page: it is spoken, sounded, shown and answered."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from handlers.outbox.models import Notification, OpenPage, PageCommand
from handlers.work.models import Work
from handlers.work.starting import start_work
from tests.browser.test_preview import page
from tests.handlers.work.conftest import WELL, act

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: Stands in for what a machine without sound has not, and remembers what it is told.
SPY = """
window.heard = [];
window.speechSynthesis.speak = (said) => heard.push(["speak", said.text, said.lang]);
navigator.vibrate = (ms) => heard.push(["vibrate", ms]);
class Node {
    frequency = {}; gain = {};
    connect(other) { return other; }
    start() { heard.push(["beep", Math.round(this.frequency.value)]); }
    stop(moment) { heard.push(["until", moment]); }
    addEventListener() {}
}
window.AudioContext = class {
    state = "running"; currentTime = 1;
    createOscillator() { return new Node(); }
    createGain() { return new Node(); }
};
"""


@pytest.fixture
def listening(page, works):
    """Open the list of works, and wait until it listens."""
    page.add_init_script(SPY)
    page.goto(reverse("admin:handlers_work_changelist"))
    wait_for(page, OpenPage.objects.exists)
    return page


def wait_for(page, condition):
    for _turn in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("It did not happen.")


def tell(name, **value):
    now = timezone.now()
    PageCommand.objects.create(
        page=OpenPage.objects.get(), name=name, value=value, created_at=now
    )


def test_commands_are_heard_once_and_can_be_read(listening):
    tell("speak", text="Loaded")
    tell("speak", text="Загружено")
    tell("vibrate", ms=500)
    tell("beep", tone=12, ms=500, volume=100)

    listening.wait_for_function("() => window.heard.length >= 5")
    wait_for(listening, lambda: not PageCommand.objects.exists())
    assert listening.evaluate("window.heard") == [
        ["speak", "Loaded", "en"],
        ["speak", "Загружено", "ru"],
        ["vibrate", 500],
        ["beep", 440],
        ["until", 1.5],
    ]
    expect(listening.locator(".wf-outbox-toast").first).to_contain_text("Loaded")


def test_a_notification_is_answered_on_the_page(listening):
    hears = act("set", "a=@reply", event="onReply")
    work = start_work([hears, *WELL])
    Notification.objects.create(
        number=7, title="How many?", asks=True, work=work, changed_at=timezone.now()
    )

    listening.get_by_label("Your answer: How many?").fill("12")
    listening.get_by_role("button", name="Send").click()

    expect(listening.locator(".wf-outbox-toast")).to_have_count(0)
    assert Work.objects.first().stack["reply"] == "12"


def test_an_answer_that_nobody_hears_stays_and_says_so(listening):
    Notification.objects.create(
        number=7, title="How many?", asks=True, changed_at=timezone.now()
    )

    listening.get_by_label("Your answer: How many?").fill("12")
    listening.get_by_role("button", name="Send").click()

    expect(listening.locator(".wf-outbox-toasts")).to_contain_text("No handler hears")
    expect(listening.get_by_label("Your answer: How many?")).to_have_value("12")


def test_what_is_under_way_is_shown_while_it_is(listening):
    work = start_work(WELL)
    Work.objects.update(state="running", progress={"doing": "http GET #shop/goods"})
    shown = listening.locator(".wf-outbox-busy .wf-outbox-toast")

    expect(shown).to_contain_text("http GET #shop/goods")
    expect(shown).to_contain_text(str(work.pk))
    Work.objects.update(progress=None)
    expect(shown).to_have_count(0)


def test_the_page_of_a_work_follows_it(page, works):
    work = start_work(WELL, tag="t")
    page.goto(reverse("admin:handlers_work_change", args=[work.pk]))
    expect(page.locator(".wf-facts")).to_contain_text("Enqueued")
    wait_for(page, OpenPage.objects.exists)

    Work.objects.update(state="failed", reason="The service is down.", due_at=None)

    expect(page.locator(".wf-facts")).to_contain_text("The service is down.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
