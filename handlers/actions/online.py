"""`online`: the stack goes to a server, and comes back changed."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from handlers.actions.aliases import find
from handlers.actions.contracts import ActionType
from handlers.actions.errors import HandlersInvalid
from handlers.actions.http import send
from handlers.actions.session import Session
from handlers.actions.texts import read_json
from handlers.conf import settings

_PATH = "set_input_direct"


class Online(ActionType):
    """Posts `{"hashmap": [{"key", "value"}]}` and takes the answer as the stack."""

    type = "online"

    def check(self, method: str) -> None:
        find(settings().online_alias)

    def run(self, session: Session, method: str) -> None:
        stack, name = session.stack, method.strip()
        encodes = "_ENCODE_ONLINE" in stack
        if encodes:
            stack.put("online_method", name)
        path = "hashMap" if encodes else quote(name, safe="")
        body = {"hashmap": stack.export(), "ErrorMessage": ""}
        place = f"#{settings().online_alias}/{_PATH}/{path}"
        text = json.dumps(body, ensure_ascii=False)
        answer = send(session, "POST", place, text, packed="_GZIP" in stack)
        given = _answer(answer.text)
        stack.importmap(given["hashmap"])
        if error := str(given.get("ErrorMessage") or ""):
            stack.put("ErrorMessage", error)


def _answer(text: str) -> Mapping[str, Any]:
    given = read_json(text, "The answer of the online handler")
    listed = given.get("hashmap") if isinstance(given, Mapping) else None
    if not isinstance(listed, list) or not all(
        isinstance(each, Mapping) and "key" in each for each in listed
    ):
        problem = "the answer has no 'hashmap' of keys and values."
        raise HandlersInvalid("online", problem)
    return dict(given)
