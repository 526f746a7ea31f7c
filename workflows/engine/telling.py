"""Tell those who want to know that executions have ended."""

from collections.abc import Iterable
from datetime import datetime

from workflows import registry
from workflows.contracts import EndedExecution
from workflows.engine.families import tell_parents


def tell_ended(ends: Iterable[EndedExecution], now: datetime) -> list[int]:
    """Call the listeners, in the transaction that has written the ends.

    Executions that wait for these are told first; gives the ids of those.
    """
    ended = list(ends)
    parents = tell_parents([end.pk for end in ended if end.ancestors], now)
    for listener in registry.end_listeners if ended else ():
        listener.ended(ended, now)
    return parents
