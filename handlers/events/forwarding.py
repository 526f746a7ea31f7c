"""Django signals made into events that workflows may wait for."""

from collections.abc import Callable
from typing import Any

from django.dispatch import Signal

from handlers.events.sending import send_event


def forward(
    signal: Signal,
    name: str,
    *,
    sender: Any = None,
    correlation: Callable[..., object] = lambda **_given: "",
    payload: Callable[..., Any] = lambda **_given: None,
) -> None:
    """Send event `name` whenever a Django signal is sent.

    The functions get what the signal brings, by name, and say what the event is about
    and what it carries. Call it in the `ready` of an app.
    """

    def receive(**given: Any) -> None:
        send_event(name, payload(**given), correlation(**given))

    signal.connect(receive, sender=sender, weak=False, dispatch_uid=f"event:{name}")
