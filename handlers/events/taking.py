"""From those who wait to the event that they take: each takes one, the earliest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from handlers.events.models import EventChannel, EventWait, SentEvent
from workflows.contracts import NodeRun

#: Events that are looked at in one go.
CHUNK = 100
#: Tells whether an event, as `{"name", "payload", "correlation", "sent_at"}`, fits.
Test = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Wish:
    """Which event a node waits for."""

    channel: EventChannel
    #: Empty: whatever.
    correlation: str
    fits: Test


def begin(run: NodeRun, wish: Wish, since: datetime | None) -> EventWait:
    """Begin to wait, for events since a moment; None: from now on."""
    waits = EventWait.objects.filter(
        execution=run.execution_id, channel=wish.channel, node_key=run.key
    )
    waits.filter(number=run.number, is_open=True).update(is_open=False)
    taken = waits.aggregate(last=Max("after"))["last"] or 0
    return EventWait.objects.create(
        channel=wish.channel,
        execution_id=run.execution_id,
        number=run.number,
        node_key=run.key,
        correlation=wish.correlation,
        after=max(taken, _before(wish.channel, since)),
        repeats="loop" in run.scope,
    )


def _before(channel: EventChannel, since: datetime | None) -> int:
    """Name the last event that is too old."""
    events = channel.events.all()
    if since is not None:
        events = events.filter(sent_at__lt=since)
    return int(events.aggregate(last=Max("pk"))["last"] or 0)


def take(wait: EventWait, wish: Wish) -> dict[str, Any] | None:
    """Take the next event that fits; what does not is not looked at again."""
    while events := _next(wait, wish):
        for event in events:
            wait.after = event.pk
            shown = as_value(event, wish.channel)
            if wish.fits(shown):
                end(wait)
                return shown
    wait.save(update_fields=["after"])
    return None


def _next(wait: EventWait, wish: Wish) -> list[SentEvent]:
    events = wish.channel.events.filter(pk__gt=wait.after)
    if wish.correlation:
        events = events.filter(correlation=wish.correlation)
    return list(events.order_by("pk")[:CHUNK])


def end(wait: EventWait) -> None:
    wait.is_open = False
    wait.save(update_fields=["after", "is_open"])


def as_value(event: SentEvent, channel: EventChannel) -> dict[str, Any]:
    """Show an event to expressions, and as the result of a node."""
    return {
        "name": "callback" if channel.execution else channel.name,
        "payload": event.payload,
        "correlation": event.correlation,
        "sent_at": event.sent_at,
    }
