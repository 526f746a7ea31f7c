"""Replies to waiting nodes, from whoever they wait for."""

from datetime import datetime
from typing import Any

from django.db import transaction

from workflows.cluster import wake
from workflows.codec import encode
from workflows.conf import settings
from workflows.engine import keep_reply
from workflows.exceptions import ReplyTooLarge
from workflows.models import Execution


def resume(execution_id: int, number: int, value: Any, now: datetime) -> bool:
    """Reply to a waiting node, by its execution and the number of its job.

    True: the reply is kept, and the node's `resume` sees it as `run.reply`, once. It
    may come before the node has begun to wait. False: nobody waits for it any more; the
    node has gone on by its time limit, rests before another try or has a reply already,
    or the execution has ended. Of many that reply at once, one is told True. The reply
    is committed or rolled back with the caller's transaction, which should be short: it
    locks the execution.

    Raises `ResultNotStorable` and `ReplyTooLarge`.
    """
    _check(value)
    with transaction.atomic():
        unfinished = Execution.objects.unfinished().select_for_update()
        if not unfinished.filter(pk=execution_id).exists():
            return False
        if not keep_reply((execution_id, number), value, now):
            return False
        wake([execution_id])
    return True


def _check(value: object) -> None:
    size, limit = len(encode(value)), settings().result_limit
    if size > limit:
        raise ReplyTooLarge(size, limit)
