"""Claims: which worker has which execution, held by a fencing token."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from workflows.conf import settings
from workflows.contracts import EndedExecution
from workflows.engine.telling import tell_ended
from workflows.exceptions import KilledItsWorker
from workflows.models import Execution, ExecutionQuerySet, lock_free
from workflows.statements import Claimed, statements
from workflows.states import ExecutionStatus

#: How long an execution rests after the database failed under it.
REST = timedelta(seconds=1)


def claim(
    owner: int, now: datetime, limit: int, ids: Iterable[int] = ()
) -> list[Claimed]:
    """Take up to `limit` runnable executions for `owner`; `ids` narrows the choice.

    The count of deliveries is committed before anything runs, so that a node which
    kills its worker is counted.
    """
    ids, poison = list(ids), settings().max_deliveries
    rows: list[Claimed] = statements().claim(owner, now, limit, poison, ids)
    if not rows:
        _park_poison(now, poison)
    return rows


def _park_poison(now: datetime, most: int) -> None:
    """End executions that their workers did not survive so often."""
    poison = Execution.objects.claimable(now).filter(deliveries__gte=most)
    if not poison.exists():
        return
    with transaction.atomic():
        for row in lock_free(poison):
            reason = row.reason or str(KilledItsWorker(row.deliveries))
            error = ExecutionStatus.ERROR
            Execution.objects.filter(pk=row.pk).move(
                error, reason=reason, finished_at=now, due_at=None
            )
            end = EndedExecution(row.pk, row.workflow_id, error, row.ancestors)
            tell_ended([end], now)


def release(owner: int, row: Claimed, now: datetime, reason: str) -> None:
    """Let go of an execution under which the database failed; try it again later.

    Its token is not asked: the write that failed may have been done all the same. The
    first failure of the database is not counted on top of workers that died.
    """
    excused = is_innocent(row)
    Execution.objects.filter(pk=row.pk, owner=owner).move(
        ExecutionStatus.QUEUED,
        owner=None,
        token=F("token") + 1,
        due_at=now + REST * row.deliveries,
        deliveries=F("deliveries") - (1 if excused else 0),
        reason=reason,
    )


def is_innocent(row: Claimed) -> bool:
    """Tell an execution that lost workers, but under which no database failed yet."""
    return row.deliveries > 1 and not row.reason


def release_unbegun(owner: int, ids: Iterable[int], now: datetime) -> None:
    """Hand back what nothing was done with, as if it had not been claimed.

    So is an execution that is ours although our writes are refused: one of them was
    committed without our hearing of it, and what we remember is too old.
    """
    mine = Execution.objects.filter(pk__in=list(ids), owner=owner)
    mine.move(
        ExecutionStatus.QUEUED,
        owner=None,
        token=F("token") + 1,
        due_at=now,
        deliveries=F("deliveries") - 1,
    )


def release_all(
    owner: int, now: datetime, *, keep: Iterable[int] = (), excused: bool = False
) -> int:
    """Hand back all that `owner` still has, but for `keep`; its writes are fenced off.

    This waits for rows that are locked, by a lost transaction of its own perhaps:
    nobody else would take them while it lives. An `excused` claim is not counted.
    """
    mine = Execution.objects.filter(owner=owner, status=ExecutionStatus.RUNNING)
    mine = mine.exclude(pk__in=list(keep)).order_by("pk")
    values = {"deliveries": F("deliveries") - 1} if excused else {}
    with transaction.atomic():
        ids = list(mine.select_for_update().values_list("pk", flat=True))
        _queue_again(ids, now, **values)
    return len(ids)


def give_back(
    running: ExecutionQuerySet, now: datetime, most: int | None = None
) -> list[int]:
    """Take executions from their workers and queue them again; give their ids.

    A frozen worker may hold some in an open transaction: those come later. Called in
    a transaction.
    """
    ids = list(lock_free(running).values_list("pk", flat=True)[:most])
    _queue_again(ids, now)
    return ids


def _queue_again(ids: Sequence[int], now: datetime, **values: Any) -> None:
    Execution.objects.filter(pk__in=ids).move(
        ExecutionStatus.QUEUED, owner=None, token=F("token") + 1, due_at=now, **values
    )
