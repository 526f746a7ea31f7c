"""The request of a transfer: where from, where to, and what it brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.actions.aliases import Place, locate
from handlers.actions.document import Action, read_actions
from handlers.actions.errors import HandlersInvalid
from handlers.actions.http import METHODS
from handlers.actions.logins import basic
from handlers.actions.texts import read_json
from handlers.files import file_of
from handlers.work.states import Kind

_LONGEST_URL = 4_000


@dataclass(frozen=True, slots=True)
class Request:
    """A transfer of one file."""

    url: str
    method: str
    file: str
    #: What the request brings besides the alias; stored encrypted.
    headers: Mapping[str, str] = field(default_factory=dict)
    post: tuple[Action, ...] = ()
    #: Upload as a form of several parts instead of the raw bytes.
    multipart: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write what may be shown; headers and logins are kept apart."""
        values = {
            "url": self.url,
            "method": self.method,
            "file": self.file,
            "postExecute": [action.as_json() for action in self.post],
            "multipart": self.multipart,
        }
        return {name: value for name, value in values.items() if value}

    def place(self) -> Place:
        where = locate(self.url)
        return replace(where, headers={**where.headers, **self.headers})


def read_request(value: Any, name: str, kind: Kind) -> Request:
    """Read and check a request: its alias, its address and its file."""
    given = read_json(value, f"{name}.request")
    if not isinstance(given, Mapping):
        raise HandlersInvalid(name, "'request' must be an object.")
    request = Request(
        url=_text(given, "url", name),
        method=_method(given, name, kind),
        file=_text(given, "file", name),
        headers=_headers(given, name),
        post=read_actions(given.get("postExecute") or [], f"{name}.postExecute"),
        multipart=bool(given.get("multipart")),
    )
    locate(request.url)
    file_of(request.file)
    return request


def stored_request(body: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    """Read back what `as_json` wrote."""
    return Request(
        url=body["url"],
        method=body["method"],
        file=body["file"],
        headers=headers,
        post=read_actions(body.get("postExecute") or []),
        multipart=bool(body.get("multipart")),
    )


def _text(given: Mapping[str, Any], key: str, name: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_URL:
        raise HandlersInvalid(name, f"'{key}' of the request must be a text.")
    return value.strip()


def _method(given: Mapping[str, Any], name: str, kind: Kind) -> str:
    default = "POST" if kind == Kind.UPLOAD else "GET"
    method = str(given.get("method") or default).upper()
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise HandlersInvalid(name, f"'method' of the request may be {known}.")
    return method


def _headers(given: Mapping[str, Any], name: str) -> dict[str, str]:
    headers, login = given.get("headers") or {}, given.get("basic") or {}
    if not isinstance(headers, Mapping) or not isinstance(login, Mapping):
        raise HandlersInvalid(name, "'headers' and 'basic' are objects.")
    found = {str(key): str(value) for key, value in headers.items()}
    found |= basic(str(login.get("user") or ""), str(login.get("password") or ""))
    if auth := given.get("auth"):
        found["Authorization"] = str(auth)
    return found
