"""`pythonscript`: Python in Base64 that the work brings; off unless allowed."""

import base64
import binascii
import json
from typing import Any

from handlers.actions import android
from handlers.actions.contracts import ActionType
from handlers.actions.errors import MethodInvalid, SwitchedOff
from handlers.actions.session import Session
from handlers.conf import settings


class PythonScript(ActionType):
    """Runs the script with `hashMap` and the names that SimpleUI gives it.

    The script can do whatever the worker can; it keeps nothing between two calls.
    """

    type = "pythonscript"

    def check(self, method: str) -> None:
        if not settings().python_scripts:
            raise SwitchedOff(self.type, "PYTHON_SCRIPTS")
        _source(method)

    def run(self, session: Session, method: str) -> None:
        self.check(method)
        code = compile(_source(method), "<pythonscript>", "exec")
        exec(code, _names(session))  # noqa: S102 - the settings allow it


def _source(method: str) -> str:
    try:
        return base64.b64decode(method, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        wanted = "a script in Base64"
        raise MethodInvalid("pythonscript", method, wanted) from None


def _names(session: Session) -> dict[str, Any]:
    return {
        "hashMap": session.stack,
        "json": json,
        "base64": base64,
        "json_to_str": lambda value: json.dumps(value, ensure_ascii=False),
        "str_to_json": json.loads,
        "make_handler": _handler,
        "get_body": lambda: "",
        "process_slice": {},
        "screen_slice": {},
        "_local": {},
        **{name: getattr(android, name) for name in ("toast", "speak", "beep")},
        **{name: getattr(android, name) for name in ("vibrate", "RunEvent")},
    }


def _handler(kind: str, method: str, action: str = "run") -> dict[str, str]:
    return {"action": action, "type": kind, "method": method}
