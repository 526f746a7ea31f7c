"""Wake-ups: messages that tell a worker to look at executions.

Losing or doubling one is harmless: the tables are the truth, and a poller sends again
what nobody has taken.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

#: What a wake-up calls, by its path: the message outlives the code that sent it.
LOOK = "workflows.cluster.tasks.look"
ATTEND = "workflows.cluster.tasks.attend"
#: How long before a moment its workers are woken; they rest until then.
EARLY = timedelta(seconds=0.05)
#: Executions that one message stands for, and messages that one call sends.
SHARE, MOST = 50, 8
#: How long failed tasks and messages that nobody takes are kept.
TASKS_KEPT, MESSAGES_KEPT = timedelta(days=7), timedelta(days=1)

_muted: ContextVar[bool] = ContextVar("muted", default=False)


def wake(ids: Sequence[int], at: datetime | None = None) -> None:
    """Ask workers to look at these executions, once the transaction is committed.

    Where there are many, nobody needs their names: workers take all that is runnable.
    `at` is a moment that is near: workers are up before it, and then look.
    """
    if not ids or _muted.get():
        return
    if len(ids) <= SHARE:
        _send(LOOK, list(ids), at and at.isoformat())
        return
    with transaction.atomic(savepoint=False):
        for _ in range(min(-(-len(ids) // SHARE), MOST)):
            _send(LOOK, [], at and at.isoformat())


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

    def message() -> None:
        # A function with a name: Django says which it was if it fails.
        async_task(what, *arguments, broker=broker)

    if isinstance(broker, ORM):
        # An insert in the caller's transaction: neither lost nor early.
        message()
    else:
        # A lost message is sent again; it must not fail what is committed already.
        transaction.on_commit(message, robust=True)


def unheard() -> int:
    """Count the messages that no cluster has taken yet."""
    return int(_broker().queue_size())


def forget_messages(now: datetime, size: int) -> int:
    """Remove what django-q2 keeps of wake-ups for too long; say how many rows.

    Failed tasks are kept for a week. A message that nobody took for a day was sent
    again long ago.
    """
    old_tasks = Task.objects.filter(func=LOOK, stopped__lt=now - TASKS_KEPT)
    tasks = list(old_tasks.values_list("pk", flat=True)[:size])
    Task.objects.filter(pk__in=tasks).delete()
    queued = OrmQ.objects.filter(key=Conf.CLUSTER_NAME, lock__lt=now - MESSAGES_KEPT)
    messages = list(queued.order_by("pk").values_list("pk", flat=True)[:size])
    OrmQ.objects.filter(pk__in=messages).delete()
    return len(tasks) + len(messages)


@cache
def _broker() -> Any:
    """Keep one broker: with Redis each new one would be a new connection."""
    return get_broker()
