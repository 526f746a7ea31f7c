"""Addresses at which the world outside answers one node of one execution."""

import hashlib
import hmac
from datetime import datetime
from enum import Enum
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from handlers.events.models import EventChannel
from handlers.events.sending import deliver, locked
from workflows.conf import settings
from workflows.models import Execution

#: Answers that may lie there before the node takes one.
MOST = 20
_SALT = "punctual.callbacks"


class Receipt(Enum):
    """What became of an answer."""

    TAKEN = 202
    #: The node has its answer, or its time is over, or the execution has ended.
    LATE = 410
    #: Too many lie there already.
    FULL = 429


def address_of(execution: int, node: str) -> str:
    """Give the address of a node, known before it waits; empty if there is none.

    Only who was given it can know it: it ends with a signature.
    """
    arguments = [execution, node, _signature(execution, node)]
    try:
        path = reverse("handlers_callback", args=arguments)
    except NoReverseMatch:
        return ""
    return settings().site_url.rstrip("/") + path


def is_genuine(execution: int, node: str, signature: str) -> bool:
    """Tell whether a signature is ours, also by a key that was replaced."""
    keys = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
    # Each is compared, so that the time says nothing.
    fits = [
        constant_time_compare(_signature(execution, node, key), signature)
        for key in keys
    ]
    return any(fits)


def _signature(execution: int, node: str, key: Any = None) -> str:
    text = f"{execution}/{node}"
    made: hmac.HMAC = salted_hmac(_SALT, text, secret=key, algorithm="sha256")
    return made.hexdigest()


def channel_name(execution: int, node: str) -> str:
    return f"callback/{execution}/{node}"


def receive(
    execution: int, node: str, payload: Any, key: str | None, now: datetime
) -> Receipt:
    """Keep an answer for the node, or tell it if it waits already."""
    lives = Execution.objects.unfinished().filter(pk=execution)
    if not lives.exists():
        # Without a channel for what has ended long ago.
        return Receipt.LATE
    with transaction.atomic():
        channel = locked(channel_name(execution, node), execution)
        if not lives.exists():
            return Receipt.LATE
        if key is not None and channel.events.filter(key=key).exists():
            return Receipt.TAKEN
        if _is_over(channel):
            return Receipt.LATE
        if _waiting_events(channel) >= MOST:
            return Receipt.FULL
        deliver(channel, payload, "", key, now)
    return Receipt.TAKEN


def _is_over(channel: EventChannel) -> bool:
    """Tell whether the node has waited, and does not wait again."""
    last = channel.waits.order_by("-pk").first()
    return last is not None and not last.is_open and not last.repeats


def _waiting_events(channel: EventChannel) -> int:
    last = channel.waits.order_by("-after").first()
    return channel.events.filter(pk__gt=last.after if last else 0).count()


#: Bytes of a key that makes repeats harmless.
KEY = 200


def key_of(header: str | None) -> str | None:
    """Shorten the header `Idempotency-Key` to what can be stored."""
    if not header:
        return None
    return header if len(header) <= KEY else hashlib.sha256(header.encode()).hexdigest()
