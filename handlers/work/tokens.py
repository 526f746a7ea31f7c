"""API tokens: shown once, kept as a hash, compared in constant time."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from handlers.work.models import ApiToken

#: Characters that a token is found by.
PREFIX = 12
#: How often the last use is noted.
_NOTED = timedelta(minutes=1)


def issue(name: str, user: Any) -> tuple[ApiToken, str]:
    """Make a token; its text is given here and never again."""
    text = secrets.token_urlsafe(32)
    token = ApiToken(name=name, user=user)
    renew(token, text)
    return token, text


def renew(token: ApiToken, text: str) -> None:
    token.prefix, token.digest = text[:PREFIX], _digest(text)
    token.save()


def user_of(header: str, now: datetime) -> Any:
    """Find the user behind `Bearer <token>`; None if there is none that is active."""
    scheme, _, text = header.partition(" ")
    token = ApiToken.objects.select_related("user").filter(prefix=text[:PREFIX]).first()
    known = token.digest if token else _digest("")
    same = hmac.compare_digest(_digest(text), known)
    if token is None or scheme.lower() != "bearer" or not same:
        return None
    if token.used_at is None or now - token.used_at > _NOTED:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token.user if token.user.is_active else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
