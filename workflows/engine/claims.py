"""Claims: which worker has which execution, held by a fencing token."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from workflows.conf import settings
from workflows.exceptions import KilledItsWorker
from workflows.models import Execution, ExecutionQuerySet, lock_free
from workflows.states import ExecutionStatus

#: How long an execution rests after the database failed under it.
REST = timedelta(seconds=1)


def claim(
    owner: int, now: datetime, limit: int, ids: Iterable[int] = ()
) -> list[Execution]:
    """Take up to `limit` runnable executions for `owner`; `ids` narrows the choice.

    The count of deliveries is committed before anything runs, so that a node which
    kills its worker is counted.
    """
    with transaction.atomic():
        while rows := _chosen(Execution.objects.claimable(now), limit, ids):
            if not _is_poison(rows[0]):
                _mark(rows, owner, now)
                break
            _park(rows[0], now)
    return rows


def _chosen(
    queryset: ExecutionQuerySet, limit: int, ids: Iterable[int]
) -> list[Execution]:
    if ids:
        queryset = queryset.filter(pk__in=list(ids))
    rows = lock_free(queryset).order_by("due_at", "pk")[:limit]
    return _without_suspects(list(rows))


def _without_suspects(rows: list[Execution]) -> list[Execution]:
    """Run alone what a dead worker left, so that its neighbours are not counted."""
    if rows and rows[0].deliveries:
        return rows[:1]
    return [row for row in rows if not row.deliveries]


def _mark(rows: Sequence[Execution], owner: int, now: datetime) -> None:
    Execution.objects.filter(pk__in=[row.pk for row in rows]).move(
        ExecutionStatus.RUNNING,
        owner=owner,
        token=F("token") + 1,
        deliveries=F("deliveries") + 1,
        due_at=None,
    )
    for row in rows:
        row.status, row.owner, row.token = ExecutionStatus.RUNNING, owner, row.token + 1
        row.deliveries += 1
        row.started_at = row.started_at or now


def _is_poison(row: Execution) -> bool:
    """Tell an execution that its workers did not survive; suspects come alone."""
    return row.deliveries >= settings().max_deliveries


def _park(row: Execution, now: datetime) -> None:
    reason = row.reason or str(KilledItsWorker(row.deliveries))
    Execution.objects.filter(pk=row.pk).move(
        ExecutionStatus.ERROR, reason=reason, finished_at=now, due_at=None
    )


def hold(owner: int, rows: Sequence[Execution]) -> set[int]:
    """Lock the executions that are still ours, for the rest of the transaction.

    One that was cancelled, or whose claim went to another worker, is not among them.
    """
    tokens = {row.pk: row.token for row in rows}
    ours = Execution.objects.select_for_update().filter(
        pk__in=tokens, owner=owner, status=ExecutionStatus.RUNNING
    )
    found = ours.order_by("pk").values_list("pk", "token")
    return {pk for pk, token in found if tokens[pk] == token}


def release(owner: int, row: Execution, now: datetime, reason: str) -> None:
    """Let go of an execution under which the database failed; try it again later."""
    Execution.objects.filter(pk=row.pk, owner=owner, token=row.token).move(
        ExecutionStatus.QUEUED,
        owner=None,
        token=F("token") + 1,
        due_at=now + REST * row.deliveries,
        reason=reason,
    )


def release_all(owner: int, now: datetime, *, keep: Iterable[int] = ()) -> int:
    """Hand back what `owner` still has, but for `keep`; its writes are fenced off."""
    mine = Execution.objects.filter(owner=owner, status=ExecutionStatus.RUNNING)
    mine = mine.exclude(pk__in=list(keep))
    with transaction.atomic():
        return len(give_back(mine, now))


def give_back(
    running: ExecutionQuerySet, now: datetime, most: int | None = None
) -> list[int]:
    """Take executions from their workers and queue them again; give their ids.

    A frozen worker may hold some in an open transaction: those come later. Called in
    a transaction.
    """
    ids = list(lock_free(running).values_list("pk", flat=True)[:most])
    Execution.objects.filter(pk__in=ids).move(
        ExecutionStatus.QUEUED, owner=None, token=F("token") + 1, due_at=now
    )
    return ids
