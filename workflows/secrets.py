"""Secrets at rest: encrypted with a key of the settings, old keys are still read."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings as django_settings

from workflows.conf import settings
from workflows.exceptions import WorkflowError


class SecretUnreadable(WorkflowError):
    """A secret that was encrypted with a key that is gone."""

    def __init__(self) -> None:
        super().__init__(
            "A secret cannot be decrypted: its key is gone. Enter the secret again, "
            'or add the old key to the end of WORKFLOWS["SECRET_KEYS"].'
        )


def seal(value: Any) -> str:
    """Encrypt a JSON value; nothing becomes an empty text."""
    if not value:
        return ""
    return _fernet().encrypt(json.dumps(value).encode()).decode()


def unseal(text: str) -> Any:
    """Decrypt what `seal` made; an empty text is None."""
    if not text:
        return None
    try:
        return json.loads(_fernet().decrypt(text.encode()))
    except InvalidToken:
        raise SecretUnreadable from None


def rotated(text: str) -> str:
    """Encrypt anew, with the newest key, what `seal` made."""
    try:
        return _fernet().rotate(text.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _fernet() -> MultiFernet:
    given = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    keys = settings().secret_keys or tuple(map(str, given))
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(text: str) -> bytes:
    """Make a key of any text: a Fernet key has exactly 32 bytes."""
    digest = hashlib.sha256(b"punctual.works\0" + text.encode()).digest()
    return base64.urlsafe_b64encode(digest)
