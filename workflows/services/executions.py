"""Executions: run by hand, cancelled, retried, timed out, taken from the dead."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from workflows import registry
from workflows.cluster import muted, wake
from workflows.engine import give_back, inline, locks_on
from workflows.exceptions import Archived, TransitionNotAllowed
from workflows.models import (
    Execution,
    ExecutionQuerySet,
    Worker,
    WorkflowVersion,
    lock_free,
)
from workflows.services.endings import end
from workflows.services.event import Event
from workflows.services.events import start_many
from workflows.services.validation import problems_of, require_none
from workflows.states import ExecutionStatus

#: Executions that one poll ends or moves on.
CHUNK = 200


def run_manually(
    version: WorkflowVersion, values: Mapping[str, Any], now: datetime
) -> Execution:
    """Start an execution by hand, of a disabled version too; it counts and freezes.

    A synchronous version runs before this returns.
    """
    if version.archived_at is not None:
        raise Archived(str(version))
    require_none(problems_of(version))
    trigger = registry.triggers.get(version.trigger_type)
    event = Event(
        workflow_id=version.workflow_id,
        version_id=version.pk,
        key=f"{version.pk}!{uuid.uuid4().hex}",
        context=trigger.context(version.trigger_config, values, now),
        planned_at=now,
        manual=True,
    )
    return _start_now(event, now) if version.synchronous else _start(event, now)


def _start(event: Event, now: datetime) -> Execution:
    # Its key is new and it has no limit, so that it cannot be refused.
    [pk] = start_many([event], now)
    return Execution.objects.get(pk=pk)


def _start_now(event: Event, now: datetime) -> Execution:
    with muted():
        execution = _start(event, now)
    run_here([execution.pk], now)
    execution.refresh_from_db()
    return execution


def run_here(ids: Sequence[int], now: datetime) -> None:
    """Run executions in this process, to their end or to where they wait."""
    if ids:
        with inline(lambda: now) as drain:
            drain.run(ids, only=True)


def cancel(execution: Execution, now: datetime, reason: str = "") -> None:
    """End an unfinished execution; raise `TransitionNotAllowed` if it has ended.

    What a node has begun in the world outside cannot be called back, but its answer
    is dropped and nothing follows.
    """
    target = ExecutionStatus.CANCELLED
    if not end([execution.pk], target, reason or "cancelled", now):
        execution.refresh_from_db(fields=["status"])
        raise TransitionNotAllowed(execution.pk, execution.status, target)


def cancel_many(ids: Sequence[int], now: datetime, reason: str = "") -> list[int]:
    """End those that are unfinished; give their ids.

    One that a worker is just writing is left out, so that nobody waits for it while
    the others are locked.
    """
    with transaction.atomic():
        free = lock_free(Execution.objects.unfinished().filter(pk__in=ids))
        pks = list(free.order_by("pk").values_list("pk", flat=True))
        return end(pks, ExecutionStatus.CANCELLED, reason or "cancelled", now)


def retry(execution: Execution, now: datetime) -> Execution:
    """Run again, as a new execution, what a finished one was started for."""
    if not execution.is_final:
        target = ExecutionStatus.QUEUED
        raise TransitionNotAllowed(execution.pk, execution.status, target)
    version = WorkflowVersion.objects.get(pk=execution.version_id)
    if version.archived_at is not None:
        raise Archived(str(version))
    event = Event(
        workflow_id=execution.workflow_id,
        version_id=execution.version_id,
        key=f"{execution.pk}+{uuid.uuid4().hex}",
        context=execution.context,
        planned_at=execution.planned_at,
        manual=True,
    )
    return _start(event, now)


def expire(now: datetime) -> int:
    """End the executions whose time is over; say how many.

    One that a worker is just writing is left to it: nobody may wait for a node that
    hangs while its group is open.
    """
    late = Execution.objects.unfinished().filter(expires_at__lte=now)
    with transaction.atomic():
        free = lock_free(late.order_by("expires_at"))
        ids = list(free.values_list("pk", flat=True)[:CHUNK])
        return len(end(ids, ExecutionStatus.TIMED_OUT, "took longer than allowed", now))


def requeue_dead(now: datetime) -> int:
    """Give the executions of workers whose lease has ended to others."""
    moved = 0
    for worker in Worker.objects.filter(lease_until__lte=now)[:CHUNK]:
        moved += _requeue(worker, now)
    return moved


def requeue_killed(ids: Sequence[int], now: datetime) -> int:
    """Give the executions of workers that no longer hold their lock to others."""
    killed = Worker.objects.filter(pk__in=ids, has_lock=True)
    killed.update(lease_until=now)
    return sum(_requeue(worker, now) for worker in killed)


def requeue_abandoned(now: datetime) -> int:
    """Give executions to others whose worker is not even known any more.

    A worker that was frozen may have claimed them after it was taken for dead.
    """
    known = Worker.objects.filter(pk=OuterRef("owner"))
    running = Execution.objects.filter(status=ExecutionStatus.RUNNING)
    with transaction.atomic():
        return _give_back(running.filter(~Exists(known)), now)


def _requeue(worker: Worker, now: datetime) -> int:
    running = Execution.objects.filter(owner=worker.pk, status=ExecutionStatus.RUNNING)
    with transaction.atomic():
        moved = _give_back(running, now)
        if not running.exists():
            _forget(worker, now)
    return moved


def _forget(worker: Worker, now: datetime) -> None:
    gone, _ = Worker.objects.filter(pk=worker.pk, lease_until__lte=now).delete()
    if gone and worker.has_lock:
        locks = locks_on(connection)
        transaction.on_commit(lambda: locks.forget(worker.pk))


def _give_back(running: ExecutionQuerySet, now: datetime) -> int:
    ids = give_back(running, now, CHUNK)
    wake(ids)
    return len(ids)
