"""From a command to the pages that are open now; nothing is kept for later."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import NoReverseMatch, reverse

from handlers.actions.errors import HandlersInvalid
from handlers.actions.session import Session
from handlers.actions.texts import read_json
from handlers.outbox.models import Notification, OpenPage, PageCommand
from workflows.codec import readable
from workflows.models import lock_free

#: Longest text that is spoken or shown, in characters.
LONGEST = 2_000
#: Commands on their way to one page; a page that asks for none gets no more.
MOST = 100
#: Pages of the admin that ShowScreen may name.
SCREENS = {
    "index": "admin:index",
    "works": "admin:handlers_work_changelist",
    "work": "admin:handlers_work_change",
    "workflows": "admin:workflows_workflow_changelist",
    "executions": "admin:workflows_execution_changelist",
    "notifications": "admin:handlers_notification_changelist",
}
SKIPPED = "skipped: no UI context"


def deliver(
    session: Session, name: str, value: Any, pages: Sequence[OpenPage] | None = None
) -> None:
    """Send a command to the open pages, or note that there is none; never later."""
    now = session.clock()
    if pages is None:
        pages = list(OpenPage.objects.open(now))
    if not pages:
        session.log(f"{name}: {SKIPPED}")
        return
    PageCommand.objects.bulk_create(
        PageCommand(page=page, name=name, value=value, created_at=now)
        for page in pages
        if page.commands.count() < MOST
    )
    session.log(f"{name}: sent to {len(pages)} open pages")


def take(page: OpenPage, now: datetime) -> list[dict[str, Any]]:
    """Give what is on its way to a page; nothing is given twice, or late."""
    with transaction.atomic():
        waiting = lock_free(PageCommand.objects.filter(page=page)).order_by("pk")
        rows = list(waiting[:MOST])
        PageCommand.objects.filter(pk__in=[row.pk for row in rows]).delete()
    fresh = now - timedelta(minutes=1)
    return [
        {"name": row.name, "value": row.value} for row in rows if row.created_at > fresh
    ]


def text_command(name: str) -> Any:
    """Make the command that says or shows a text."""

    def run(session: Session, value: str) -> None:
        deliver(session, name, {"text": readable(value, LONGEST)})

    return run


def vibrate(session: Session, value: str) -> None:
    deliver(session, "vibrate", {"ms": _number(value, 300, 10_000)})


def beep(session: Session, value: str) -> None:
    """Sound a tone; its companions say how loud and how long."""
    stack = session.stack
    tone, ms, volume = value, stack.get("beep_duration"), stack.get("beep_volume")
    if value.startswith("["):
        tone, ms, volume = read_json(value, "beep")
    for name in ("beep_duration", "beep_volume"):
        stack.remove(name)
    sound = {
        "tone": _number(tone, 24, 99),
        "ms": _number(ms, 300, 10_000),
        "volume": _number(volume, 100, 100),
    }
    deliver(session, "beep", sound)


def _number(text: Any, default: int, most: int) -> int:
    try:
        return max(0, min(int(float(str(text))), most))
    except (ValueError, OverflowError):
        return default


def show_screen(session: Session, value: str) -> None:
    """Lead pages that show background works to another page of the admin."""
    url = screen_url(session, value)
    deliver(session, "ShowScreen", {"url": url}, _showing_works(session))


def show_process_screen(session: Session, value: str) -> None:
    """Lead every open page there, whatever it shows."""
    deliver(session, "ShowScreen", {"url": screen_url(session, value)})


def refresh_screen(session: Session, _value: str) -> None:
    deliver(session, "RefreshScreen", {}, _showing_works(session))


def _showing_works(session: Session) -> list[OpenPage]:
    place = reverse("admin:handlers_work_changelist")
    pages = OpenPage.objects.open(session.clock())
    return list(pages.filter(path__startswith=place))


def screen_url(session: Session, value: str) -> str:
    """Find the page that a screen name means; raise if there is none."""
    given = read_json(value, "ShowScreen") if value.lstrip()[:1] == "{" else value
    name = given.get("screen") if isinstance(given, Mapping) else given
    route = SCREENS.get(str(name).strip())
    if route is None:
        known = ", ".join(SCREENS)
        problem = f"there is no screen '{str(name)[:40]}'. Screens: {known}."
        raise HandlersInvalid("ShowScreen", problem)
    try:
        return reverse(route, args=[session.work] if name == "work" else [])
    except NoReverseMatch:
        problem = f"the screen '{name}' has no page on this site."
        raise HandlersInvalid("ShowScreen", problem) from None


def notify(session: Session, value: str) -> None:
    """Store notifications; pages show them, also those that open later."""
    _store_all(session, "basic_notification", value, {"asks": False})


def notify_to_reply(session: Session, value: str) -> None:
    """Store notifications that may be answered; see `handlers.outbox.replies`."""
    _store_all(session, "reply_notification", value, {"asks": True})


def _store_all(
    session: Session, name: str, value: str, values: Mapping[str, Any]
) -> None:
    given = read_json(value, name)
    work = session.work or None
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, Mapping):
            raise HandlersInvalid(name, "a list of objects is expected.")
        _store(each, session.clock(), {**values, "work_id": work})


def _store(given: Mapping[str, Any], now: datetime, more: Mapping[str, Any]) -> None:
    number = given.get("number", given.get("id"))
    key = _number(number, 0, 2_000_000_000)
    if given.get("cancel"):
        Notification.objects.filter(number=key).delete()
        return
    message = given.get("message", given.get("body", ""))
    percent = given.get("progress")
    values = {
        "title": readable(given.get("title") or "", 200),
        "message": readable(message or "", LONGEST),
        "progress": None if percent is None else _number(percent, 0, 100),
        "changed_at": now,
        **more,
    }
    with transaction.atomic():
        if number in {None, ""}:
            last = Notification.objects.aggregate(last=Max("number"))["last"]
            key = (last or 0) + 1
        Notification.objects.update_or_create(number=key, defaults=values)


def unsupported(name: str) -> Any:
    """Make a command of the device that has no meaning here: noted, no error."""

    def run(session: Session, _value: str) -> None:
        session.log(f"{name}: skipped: it needs the application on a device")

    return run
