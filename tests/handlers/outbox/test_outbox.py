"""Commands for people: to the pages that are open, once each, and never later."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from handlers.outbox.models import Notification, OpenPage, PageCommand
from handlers.outbox.sending import SKIPPED, take
from tests.conftest import NOW
from tests.handlers.actions.conftest import act
from tests.workflows.admin.conftest import person, shown

pytestmark = pytest.mark.usefixtures("works", "db")
POLL = reverse("handlers_outbox")
WORKS = reverse("admin:handlers_work_changelist")


@pytest.fixture
def viewer(browse):
    return browse(person("viewer", "view_work"))


def ask(browser, page="tab-1", path="/admin/"):
    response = browser.post(POLL, {"page": page, "path": path})
    assert response.status_code == 200
    return response.json()


def a_page(key="tab", path="/admin/", age=0, now=None):
    user, _ = User.objects.get_or_create(username="reader")
    seen = (now or NOW) - timedelta(seconds=age)
    return OpenPage.objects.create(key=key, user=user, path=path, seen_at=seen)


def commands(page):
    rows = PageCommand.objects.filter(page=page)
    return [(row.name, row.value) for row in rows]


@pytest.mark.parametrize(
    ("method", "name", "value"),
    [
        ("speak=Данные загружены", "speak", {"text": "Данные загружены"}),
        ("toast=hi", "toast", {"text": "hi"}),
        ("vibrate", "vibrate", {"ms": 300}),
        ("vibrate=1000", "vibrate", {"ms": 1000}),
        ("vibrate=999999999", "vibrate", {"ms": 10_000}),
        ("beep", "beep", {"tone": 24, "ms": 300, "volume": 100}),
        (
            "beep=30;beep_volume=50;beep_duration=900",
            "beep",
            {"tone": 30, "ms": 900, "volume": 50},
        ),
        ("ShowProcessScreen=works", "ShowScreen", {"url": WORKS}),
        (
            'ShowProcessScreen={"process":"p","screen":"index"}',
            "ShowScreen",
            {"url": "/admin/"},
        ),
    ],
)
def test_open_pages_are_sent_commands(play, method, name, value):
    page = a_page()

    ran = play(act("set", method))

    assert ran.error == ""
    assert commands(page) == [(name, value)]
    assert ran.lines[0] == f"{name}: sent to 1 open pages"


@pytest.mark.parametrize("method", ["speak=x", "toast=x", "beep", "vibrate"])
def test_without_an_open_page_it_is_skipped_and_noted(play, method):
    a_page(age=31)

    ran = play(act("set", method))

    assert ran.error == ""
    assert SKIPPED in ran.lines[0]
    assert not PageCommand.objects.exists()


@pytest.mark.parametrize("method", ["ShowScreen=works", "RefreshScreen"])
def test_screens_change_only_where_works_are_shown(play, method):
    elsewhere, here = a_page("a"), a_page("b", f"{WORKS}5/change/")

    play(act("set", method))

    assert (len(commands(elsewhere)), len(commands(here))) == (0, 1)


def test_an_unknown_screen_is_an_error(play):
    a_page(path=WORKS)

    assert (
        "there is no screen 'Nowhere'" in play(act("set", "ShowScreen=Nowhere")).error
    )


def test_each_page_gets_each_command_once(play):
    first, second = a_page("a"), a_page("b")
    play(act("set", "toast=hi"))

    assert [len(take(page, NOW)) for page in (first, second, first, second)] == [
        1,
        1,
        0,
        0,
    ]


def test_old_commands_do_not_come_late(play):
    page = a_page()
    play(act("set", "toast=hi"))

    assert take(page, NOW + timedelta(minutes=2)) == []
    assert not PageCommand.objects.exists()


def test_a_page_that_takes_nothing_is_not_flooded(play):
    page = a_page()

    for _round in range(3):
        play(*[act("set", "toast=hi")] * 60)

    assert len(commands(page)) == 100


def test_a_page_says_that_it_is_open(viewer):
    told = {"commands": [], "notifications": [], "busy": [], "stamp": ""}
    assert ask(viewer) == told
    ask(viewer, path="/admin/other/")

    page = OpenPage.objects.get()
    assert (page.path, page.user.username) == ("/admin/other/", "viewer")


def test_it_gets_what_was_sent_once(viewer):
    ask(viewer)
    page = OpenPage.objects.get()
    PageCommand.objects.create(
        page=page, name="toast", value={"text": "hi"}, created_at=timezone.now()
    )

    assert ask(viewer)["commands"] == [{"name": "toast", "value": {"text": "hi"}}]
    assert ask(viewer)["commands"] == []


def test_nobody_takes_the_page_of_another(viewer, client):
    ask(viewer)
    client.force_login(person("other", "view_work"))

    response = client.post(POLL, {"page": "tab-1", "path": "/"})

    assert response.status_code == 403


def test_long_silent_pages_are_forgotten(viewer):
    a_page("old", now=timezone.now() - timedelta(hours=2))

    ask(viewer)

    assert list(OpenPage.objects.values_list("key", flat=True)) == ["tab-1"]


def test_listening_needs_permission(browse):
    stranger = browse(person("stranger"))

    assert stranger.post(POLL, {"page": "x"}).status_code == 403
    assert stranger.get(POLL).status_code == 405
    assert "data-wf-outbox" not in shown(stranger.get("/admin/"))


def test_pages_need_a_name(viewer):
    assert viewer.post(POLL, {"page": ""}).status_code == 403


@pytest.mark.parametrize("address", ["/admin/", WORKS])
def test_pages_of_the_admin_listen(viewer, address):
    assert f'data-wf-outbox="{POLL}"' in shown(viewer.get(address))


def test_pages_may_be_told_not_to_ask(viewer, settings):
    settings.WORKS = {**settings.WORKS, "LISTENING_PAGES": False}

    assert "data-wf-outbox" not in shown(viewer.get("/admin/"))


def note(play, *notes):
    return play(act("set", f"basic_notification={json.dumps(list(notes))}"))


def test_notifications_stay_and_are_shown_when_a_page_opens(play, viewer):
    note(play, {"number": 1, "title": "Goods", "message": "12 came"})

    [shown_note] = ask(viewer)["notifications"]
    assert (shown_note["title"], shown_note["message"]) == ("Goods", "12 came")
    assert len(ask(viewer)["notifications"]) == 1


def test_the_same_number_is_updated(play):
    note(play, {"number": 1, "title": "A"}, {"number": 1, "title": "B", "progress": 50})

    [stored] = Notification.objects.all()
    assert (stored.title, stored.progress) == ("B", 50)


def test_numbers_are_given(play):
    note(play, {"title": "A"}, {"title": "B"})

    assert set(Notification.objects.values_list("number", "title")) == {
        (1, "A"),
        (2, "B"),
    }


@pytest.mark.parametrize(
    "value", ["[{'number': 3, 'title': 'x'}]", '{"number": 3, "title": "x"}']
)
def test_notifications_are_read_in_each_form(play, value):
    play(act("set", f"basic_notification={value}"))

    assert Notification.objects.get().number == 3


def test_a_notification_is_taken_back(play):
    note(play, {"number": 1, "title": "A"}, {"number": 1, "cancel": True})

    assert not Notification.objects.exists()


def test_putting_away_needs_permission(viewer, client):
    Notification.objects.create(number=1, title="A", changed_at=timezone.now())
    address = reverse("handlers_outbox_dismiss")

    assert viewer.post(address, {"number": "1"}).status_code == 403
    client.force_login(person("keeper", "view_work", "delete_notification"))
    assert client.post(address, {"number": "x"}).status_code == 403
    assert client.post(address, {"number": "1"}).status_code == 204
    assert not Notification.objects.exists()
