"""From an event to those who wait for it."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from handlers.events.models import EventChannel, SentEvent
from workflows import clock, services
from workflows.codec import encode
from workflows.conf import settings
from workflows.exceptions import WorkflowError

_NAME = re.compile(r"[\w.:-]{1,200}")
#: Longest correlation, in characters.
CORRELATION = 200


class EventNameWrong(WorkflowError):
    """A name that no event may have."""

    def __init__(self, name: str) -> None:
        sentence = gettext(
            "'%(name)s' is no name of an event. Use letters, digits and . : - _, at "
            "most 200."
        )
        super().__init__(sentence % {"name": name[:60]})


class EventTooLarge(WorkflowError):
    """A payload that nobody would want to store."""

    def __init__(self, size: int, limit: int) -> None:
        sentence = gettext(
            "The event has %(size)d characters, more than %(limit)d. Send a key, and "
            "let the workflow read the rest."
        )
        super().__init__(sentence % {"size": size, "limit": limit})


class CorrelationTooLong(WorkflowError):
    """A correlation that would have to be cut."""

    def __init__(self, text: str) -> None:
        sentence = gettext(
            "The correlation '%(text)s…' is longer than %(most)d characters."
        )
        super().__init__(sentence % {"text": text[:40], "most": CORRELATION})


def send_event(
    name: str,
    payload: Any = None,
    correlation: object = "",
    *,
    key: str | None = None,
    now: datetime | None = None,
) -> int:
    """Send an event to all workflows that wait for its name; say how many were told.

    Who waits for a correlation is told of events with the same one only. Nodes may
    also take it later, for as long as events are kept. `key` makes repeats of the same
    event harmless. It is sent when the caller's transaction is committed. Raises a
    `WorkflowError` for a name, a correlation or a payload that cannot be.
    """
    about = correlated(correlation)
    check_payload(payload)
    with transaction.atomic():
        return deliver(named(name), payload, about, key, now or clock.now())


def correlated(value: object) -> str:
    """Write a correlation as text, as both sides compare it."""
    text = "" if value is None else str(value)
    if len(text) > CORRELATION:
        raise CorrelationTooLong(text)
    return text


def check_payload(payload: object) -> None:
    """Raise what keeps a payload from being stored."""
    size, limit = len(encode(payload)), settings().result_limit
    if size > limit:
        raise EventTooLarge(size, limit)


def named(name: str) -> EventChannel:
    """Lock the channel of a name; raise `EventNameWrong`."""
    if not _NAME.fullmatch(name):
        raise EventNameWrong(name)
    return locked(name)


def locked(name: str, execution: int | None = None) -> EventChannel:
    """Lock a channel until the end of the transaction; make it if it is new."""
    EventChannel.objects.get_or_create(name=name, defaults={"execution": execution})
    return EventChannel.objects.select_for_update().get(name=name)


def deliver(
    channel: EventChannel,
    payload: Any,
    correlation: str,
    key: str | None,
    now: datetime,
) -> int:
    """Store an event in a locked channel and tell those who wait."""
    if key is not None and channel.events.filter(key=key).exists():
        return 0
    event = SentEvent.objects.create(
        channel=channel, correlation=correlation, payload=payload, key=key, sent_at=now
    )
    waiting = channel.waits.filter(
        Q(correlation="") | Q(correlation=correlation), is_open=True
    )
    return sum(
        services.resume(wait.execution_id, wait.number, {"event": event.pk}, now)
        for wait in waiting.order_by("pk")
    )
