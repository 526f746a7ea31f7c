"""Addresses by name: `#alias/path` becomes a URL with its headers and its login."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from handlers.actions.errors import HandlersInvalid
from handlers.actions.models import HttpAlias
from handlers.actions.texts import read_json
from handlers.addresses import check_url
from workflows.exceptions import WorkflowError

#: What a URL may hold besides letters and digits: it is one already.
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"


class AliasUnknown(WorkflowError):
    """An alias that nobody has made."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no HTTP alias '{name[:60]}'. Add it in the admin or by "
            "HTTPAddAlias."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes, and what it brings."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    #: How it was written, without what an alias adds: safe to show.
    shown: str = ""


def alias_in(place: str) -> str:
    """Give the name in `#alias/path`; empty for a URL."""
    return place[1:].partition("/")[0] if place.startswith("#") else ""


def find(name: str) -> HttpAlias:
    alias = HttpAlias.objects.filter(name=name).first()
    if alias is None:
        raise AliasUnknown(name)
    return alias


def locate(text: str) -> Place:
    """Find where `#alias/path` or a URL leads; raise if that is nowhere."""
    if not text.startswith("#"):
        url = quote(text, safe=_SAFE)
        check_url(url)
        return Place(url, shown=text.partition("?")[0])
    name, _, path = text[1:].partition("/")
    alias = find(name)
    secret = alias.secret
    url = quote(f"{alias.url.rstrip('/')}/{path}", safe=_SAFE)
    check_url(url)
    headers = {**(secret.get("headers") or {}), **_login(secret)}
    shown = text.partition("?")[0]
    return Place(url, headers, strict=alias.strict, shown=shown)


def _login(secret: Mapping[str, Any]) -> dict[str, str]:
    return basic(secret.get("user") or "", secret.get("password") or "")


def basic(user: str, password: str) -> dict[str, str]:
    """Make the header of a login; an empty user is none."""
    if not user:
        return {}
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def add(value: Any) -> HttpAlias:
    """Make or replace an alias from the JSON of HTTPAddAlias."""
    given = read_json(value, "HTTPAddAlias")
    if not isinstance(given, Mapping):
        raise HandlersInvalid("HTTPAddAlias", "an object is expected.")
    name, url = _text(given, "alias"), _text(given, "url")
    if not name or "/" in name or "#" in name:
        raise HandlersInvalid("HTTPAddAlias", "'alias' must be a name without '/'.")
    check_url(quote(url, safe=_SAFE))
    login = given.get("basic") or {}
    headers = given.get("headers") or {}
    if not isinstance(login, Mapping) or not isinstance(headers, Mapping):
        raise HandlersInvalid("HTTPAddAlias", "'basic' and 'headers' are objects.")
    alias = HttpAlias.objects.filter(name=name).first() or HttpAlias(name=name)
    alias.url = url
    alias.secret = {
        "headers": {str(key): str(each) for key, each in headers.items()},
        "user": str(login.get("user") or ""),
        "password": str(login.get("password") or ""),
    }
    alias.save()
    return alias


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value or len(value) > 500:  # noqa: PLR2004 - as the column
        raise HandlersInvalid("HTTPAddAlias", f"'{name}' must be a text.")
    return value
