"""What handlers import as `android`: commands that are executed at the call."""

import json
from typing import Any

from handlers.actions.commands import commands
from handlers.actions.session import current
from handlers.actions.stack import HashMap


def _run(name: str, value: object = "") -> None:
    session = current(name)
    commands.get(name).run(session, str(value))


def toast(text: str) -> None:
    _run("toast", text)


def speak(text: str) -> None:
    _run("speak", text)


def vibrate(ms: object = "") -> None:
    _run("vibrate", ms)


def beep(tone: object = "", duration: object = "", volume: object = 100) -> None:
    _run("beep", json.dumps([str(tone), str(duration), str(volume)]))


def notification(text: str, title: str = "", number: object = "") -> None:
    note = {"number": number, "title": title, "message": text}
    _run("basic_notification", json.dumps([note]))


def notification_progress(
    text: str, title: str = "", number: object = "", progress: object = 0
) -> None:
    note = {"number": number, "title": title, "message": text, "progress": progress}
    _run("basic_notification", json.dumps([note]))


def notification_cancel(number: object) -> None:
    note = {"number": number, "cancel": True}
    _run("basic_notification", json.dumps([note]))


def refresh_screen(_hash_map: object = None) -> None:
    _run("RefreshScreen")


def RunEvent(handlers: str) -> None:  # noqa: N802 - the name in SimpleUI
    _run("RunEvent", handlers)


def BackgroundCommand(listener: str) -> None:  # noqa: N802 - the name in SimpleUI
    _run("BackgroundCommand", listener)


def get_process_hashmap() -> HashMap:
    return current("get_process_hashmap").stack


def process_started() -> bool:
    return False


def __getattr__(name: str) -> Any:
    message = (
        f"'android.{name}' needs a device and is not there. "
        "See the page about background work for what is."
    )
    raise AttributeError(message)
