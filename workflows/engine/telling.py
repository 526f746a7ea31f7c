"""Tell those who want to know that executions have ended."""

from collections.abc import Iterable
from datetime import datetime

from workflows import registry
from workflows.contracts import EndedExecution


def tell_ended(ends: Iterable[EndedExecution], now: datetime) -> None:
    """Call the listeners, in the transaction that has written the ends."""
    told = list(ends)
    for listener in registry.end_listeners if told else ():
        listener.ended(told, now)
