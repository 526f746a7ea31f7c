"""How a call logs in: what an HTTP alias keeps sealed, as headers and parameters."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What stands for the token in the address of an alias.
TOKEN = "{token}"  # noqa: S105 - the place of one
#: Headers that are no secrets, whatever they say.
_HARMLESS = {"accept", "accept-language", "cache-control", "content-type", "user-agent"}
#: Passwords and values of headers that are shorter stand everywhere by chance, so that
#: hiding them would spoil answers.
_SHORTEST, _SHORTEST_HEADER = 6, 12


class TokenPlace(models.TextChoices):
    """Where a token goes."""

    BEARER = "bearer", _("header Authorization: Bearer …")
    HEADER = "header", _("a header of its own, such as X-Api-Key")
    QUERY = "query", _("a query parameter")
    URL = "url", _("the address, in place of {token}")


@dataclass(frozen=True, slots=True)
class Login:
    """The secret of an alias, opened."""

    given: Mapping[str, str] = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_place: str = TokenPlace.BEARER
    #: The name of the header or of the parameter.
    token_name: str = ""

    @classmethod
    def of(cls, secret: Mapping[str, Any]) -> "Login":
        """Read what an alias has stored."""
        return cls(
            given=secret.get("headers") or {},
            user=secret.get("user") or "",
            password=secret.get("password") or "",
            token=secret.get("token") or "",
            token_place=secret.get("token_place") or TokenPlace.BEARER,
            token_name=secret.get("token_name") or "",
        )

    @property
    def headers(self) -> dict[str, str]:
        headers = {**self.given, **basic(self.user, self.password)}
        if self.token and self.token_place == TokenPlace.BEARER:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.token and self.token_place == TokenPlace.HEADER:
            headers[self.token_name or "X-Api-Key"] = self.token
        return headers

    def added_to(self, url: str) -> str:
        """Put the token into the query of a URL, if it belongs there."""
        if not self.token or self.token_place != TokenPlace.QUERY:
            return url
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}{urlencode({self.token_name or 'token': self.token})}"

    @property
    def texts(self) -> tuple[str, ...]:
        """List the texts that are secret, the longest first."""
        own = [self.password, self.token, quote(self.token, safe=":/")]
        long = [text for text in own if len(text) >= _SHORTEST]
        for name, value in self.headers.items():
            if name.lower() not in _HARMLESS:
                parts = (value, value.split(" ")[-1])
                long += [text for text in parts if len(text) >= _SHORTEST_HEADER]
        return tuple(sorted({*long}, key=len, reverse=True))


def basic(user: str, password: str) -> dict[str, str]:
    """Make the header of a login; an empty user is none."""
    if not user:
        return {}
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}
