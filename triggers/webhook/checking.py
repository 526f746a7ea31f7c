"""Is it who it says it is? Logins and signatures, compared in constant time."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from triggers.webhook.forms import BASIC, BEARER, NONE, TIMESTAMP
from triggers.webhook.refusals import RequestRefused
from workflows.models import Execution

MINUTE = timedelta(minutes=1)
#: What a setting needs to be stored with the address.
NEEDED = {BASIC: ("user", "password"), BEARER: ("bearer",)}

Secrets = Mapping[str, str]


def missing_secrets(config: Mapping[str, Any], secrets: Secrets) -> list[str]:
    """Name the secrets that the settings ask for and that nobody has entered."""
    needed = [*NEEDED.get(config.get("login", NONE), ())]
    needed += ["signature"] if config.get("signature", NONE) != NONE else []
    return [name for name in needed if not secrets.get(name)]


def check_login(
    request: HttpRequest, config: Mapping[str, Any], secrets: Secrets
) -> None:
    """Raise `RequestRefused` with 401 unless the login is right."""
    given = request.headers.get("Authorization", "")
    match config["login"]:
        case "basic":
            user, password = _basic(given)
            # Both are compared, so that the time tells nothing about either.
            right = _same(user, secrets["user"]) & _same(password, secrets["password"])
            scheme = 'Basic realm="webhook", charset="UTF-8"'
        case "bearer":
            kind, _space, token = given.partition(" ")
            right = kind.lower() == "bearer" and _same(token.strip(), secrets["bearer"])
            scheme = "Bearer"
        case _:
            return
    if not right:
        message = _("The login is wrong.")
        raise RequestRefused(401, message, WWW_Authenticate=scheme)


def check_signature(
    request: HttpRequest,
    body: bytes,
    config: Mapping[str, Any],
    secrets: Secrets,
    now: datetime,
) -> str:
    """Raise `RequestRefused` unless the body is signed; give what names the request.

    That is the signature if it covers the time, else an empty text.
    """
    if config["signature"] == NONE:
        return ""
    signed, is_timed = body, config["signature"] == TIMESTAMP
    if is_timed:
        time = request.headers.get(config["time_header"], "")
        _check_time(time, config["tolerance"], now)
        signed = time.encode() + b"." + body
    given = request.headers.get(config["signature_header"], "")
    given = given.removeprefix("sha256=").strip().lower()
    key = secrets["signature"].encode()
    if not _same(given, hmac.new(key, signed, hashlib.sha256).hexdigest()):
        raise RequestRefused(401, _("The signature is missing or wrong."))
    return given if is_timed else ""


def _check_time(text: str, tolerance: int, now: datetime) -> None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 11):  # noqa: PLR2004 - seconds of the next 3000 years
        raise RequestRefused(
            401, _("The time of the signature is missing or no number.")
        )
    signed_at = datetime.fromtimestamp(int(text), UTC)
    if abs(signed_at - now) > timedelta(seconds=tolerance):
        raise RequestRefused(401, _("The time of the signature is too far from now."))


def check_rate(workflow_id: int, rate: int, now: datetime) -> None:
    """Raise `RequestRefused` with 429 if too much was started in the last minute.

    The history counts, so that all processes of a site share one limit.
    """
    latest = Execution.objects.filter(workflow=workflow_id).order_by("-pk")
    created = latest.values_list("created_at", flat=True)[rate - 1 : rate].first()
    if created is not None and created > now - MINUTE:
        wait = int((created + MINUTE - now).total_seconds()) + 1
        message = _("More than %(rate)s executions in a minute.") % {"rate": rate}
        raise RequestRefused(429, message, Retry_After=str(wait))


def _basic(header: str) -> tuple[str, str]:
    kind, _space, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return "", ""
    user, _colon, password = decoded.partition(":")
    return (user, password) if kind.lower() == "basic" else ("", "")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
