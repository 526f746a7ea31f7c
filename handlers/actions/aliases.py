"""Addresses by name: `#alias/path` becomes a URL with its headers and its login."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from handlers.actions.errors import HandlersInvalid
from handlers.actions.logins import TOKEN, Login
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


class AddressRefused(WorkflowError):
    """The address of an alias that would send its token to another host."""

    def __init__(self) -> None:
        super().__init__(f"{TOKEN} may stand only behind the host of the address.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes, and what it brings."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    #: How it was written, without what an alias adds: safe to show.
    shown: str = ""
    #: Texts that nobody may read in what comes back.
    secrets: tuple[str, ...] = field(default=(), repr=False)


def alias_in(place: str) -> str:
    """Give the name in `#alias/path`; empty for a URL."""
    return re.split("[/?]", place[1:], maxsplit=1)[0] if place.startswith("#") else ""


def find(name: str) -> HttpAlias:
    alias = HttpAlias.objects.filter(name=name).first()
    if alias is None:
        raise AliasUnknown(name)
    return alias


def locate(text: str) -> Place:
    """Find where `#alias/path` or a URL leads; raise if that is nowhere."""
    shown = text.partition("?")[0]
    if not text.startswith("#"):
        url = quote(text, safe=_SAFE)
        check_url(url)
        return Place(url, shown=shown)
    alias = find(alias_in(text))
    rest = text[1 + len(alias.name) :]
    return place_of(alias, rest, shown)


def place_of(alias: HttpAlias, rest: str = "", shown: str = "") -> Place:
    """Give the address of an alias, and what comes behind it, with its login."""
    login = Login.of(alias.secret)
    address = check_address(alias.url).replace(TOKEN, quote(login.token, safe=":/"))
    if rest.startswith("/"):
        address = address.rstrip("/")
    url = login.added_to(quote(f"{address}{rest}", safe=_SAFE))
    check_url(url)
    return Place(
        url,
        login.headers,
        strict=alias.strict,
        shown=shown or f"#{alias.name}",
        secrets=login.texts,
    )


def check_address(url: str) -> str:
    """Raise unless the address of an alias leads to one host, whatever its token."""
    parts = check_url(quote(url, safe=_SAFE + "{}"))
    if TOKEN in parts.netloc:
        raise AddressRefused
    return url


def add(value: Any) -> HttpAlias:
    """Make or replace an alias from the JSON of HTTPAddAlias."""
    given = read_json(value, "HTTPAddAlias")
    if not isinstance(given, Mapping):
        raise HandlersInvalid("HTTPAddAlias", "an object is expected.")
    name, url = _text(given, "alias"), _text(given, "url")
    if not name or "/" in name or "#" in name:
        raise HandlersInvalid("HTTPAddAlias", "'alias' must be a name without '/'.")
    check_address(url)
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
