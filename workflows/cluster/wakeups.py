"""Wake-ups: messages that tell a worker to look at executions.

Losing or doubling one is harmless: the tables are the truth, and a poller sends again
what nobody has taken.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

from django.db import transaction
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.tasks import async_task

#: What a wake-up calls, by its path: the message outlives the code that sent it.
LOOK = "workflows.cluster.tasks.look"
ATTEND = "workflows.cluster.tasks.attend"
#: Executions that one message names, and messages that one call sends.
SHARE, MOST = 50, 8

_muted: ContextVar[bool] = ContextVar("muted", default=False)


def wake(ids: Sequence[int]) -> None:
    """Ask workers to look at these executions, once the transaction is committed."""
    if not ids or _muted.get():
        return
    share = max(SHARE, -(-len(ids) // MOST))
    for start in range(0, len(ids), share):
        _send(LOOK, list(ids[start : start + share]))


def wake_lane(name: str, ids: Sequence[int]) -> None:
    """Ask a worker to look at what a lane has, once the transaction is committed."""
    if ids and not _muted.get():
        _send(ATTEND, name, list(ids))


@contextmanager
def muted() -> Iterator[None]:
    """Send nothing: the caller drains by itself."""
    before = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(before)


def _send(what: str, *arguments: object) -> None:
    broker = _broker()
    message = partial(async_task, what, *arguments, broker=broker)
    if isinstance(broker, ORM):
        # An insert in the caller's transaction: neither lost nor early.
        message()
    else:
        # A lost message is sent again; it must not fail what is committed already.
        transaction.on_commit(message, robust=True)


def unheard() -> int:
    """Count the messages that no cluster has taken yet."""
    return int(_broker().queue_size())


@cache
def _broker() -> Any:
    """Keep one broker: with Redis each new one would be a new connection."""
    return get_broker()
