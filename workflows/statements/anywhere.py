"""The hot statements through the ORM, for databases without words of their own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.exceptions import LostClaims
from workflows.models import Execution, Job, WorkflowVersion, lock_free
from workflows.options import Concurrency, Options
from workflows.statements.counting import count
from workflows.statements.rows import (
    Claimed,
    JobRow,
    Move,
    NewExecution,
    Started,
    without_suspects,
)
from workflows.states import ExecutionStatus

_JOB_COLUMNS = [each.name for each in fields(JobRow)]
_CHANGING = ["status", "result", "error", "traceback", "log", "attempt", "finished_at"]
_CHANGING += ["expires_at"]


def insert(rows: Sequence[NewExecution], now: datetime) -> dict[str, int]:
    """Create executions; give the ids by key of those whose event was new."""
    try:
        with transaction.atomic():
            made = Execution.objects.bulk_create(_execution(row, now) for row in rows)
    except IntegrityError:
        if len(rows) == 1:
            return {}
        return {k: pk for row in rows for k, pk in insert([row], now).items()}
    return {each.event_key: each.pk for each in made}


def start(rows: Sequence[NewExecution], now: datetime) -> Started:
    """Create and count the executions that start whatever else runs."""
    return start_with(insert, rows, now)


def start_with(
    insert: Callable[[Sequence[NewExecution], datetime], dict[str, int]],
    rows: Sequence[NewExecution],
    now: datetime,
) -> Started:
    options = WorkflowVersion.objects.options_of(row.version_id for row in rows)
    guarded = {
        row.key
        for row in rows
        if options.get(row.version_id, Options()).concurrency != Concurrency.PARALLEL
    }
    free = [row for row in rows if row.key not in guarded]
    with transaction.atomic(savepoint=False):
        created = insert(free, now) if free else {}
        count((r.workflow_id, r.version_id) for r in free if r.key in created)
    return Started(created, guarded)


def _execution(row: NewExecution, now: datetime) -> Execution:
    return Execution(
        workflow_id=row.workflow_id,
        version_id=row.version_id,
        event_key=row.key,
        context=row.context,
        due_at=row.due_at,
        planned_at=row.planned_at,
        manual=row.manual,
        ancestors=list(row.ancestors),
        created_at=now,
        ahead=row.ahead,
    )


def claim(
    owner: int, now: datetime, limit: int, poison: int, ids: Iterable[int] = ()
) -> list[Claimed]:
    """Take runnable executions, the most overdue first; `ids` narrows the choice.

    Deliveries are counted as they are claimed, and `poison` of them are too many.
    """
    due = Execution.objects.claimable(now).filter(deliveries__lt=poison)
    if ids:
        due = due.filter(pk__in=list(ids))
    with transaction.atomic():
        found = list(lock_free(due).order_by("due_at", "pk")[:limit])
        versions = {row.version_id for row in found}
        known = WorkflowVersion.objects.defer("definition").in_bulk(versions)
        picked = without_suspects([_claimed(row, now, known) for row in found])
        rows = Execution.objects.filter(pk__in=[row.pk for row in picked])
        starting = rows.filter(started_at=None)
        starting.update(started_at=now)
        rows.move(
            ExecutionStatus.RUNNING,
            owner=owner,
            token=F("token") + 1,
            deliveries=F("deliveries") + 1,
            due_at=None,
        )
    return picked


def _claimed(
    row: Execution, now: datetime, versions: dict[int, WorkflowVersion]
) -> Claimed:
    version = versions.get(row.version_id)
    return Claimed(
        pk=row.pk,
        workflow_id=row.workflow_id,
        version_id=row.version_id,
        context=row.context,
        ancestors=row.ancestors,
        planned_at=row.planned_at,
        started_at=row.started_at or now,
        expires_at=row.expires_at,
        reason=row.reason,
        position=row.position,
        job_count=row.job_count,
        token=row.token + 1,
        deliveries=row.deliveries + 1,
        revision=None if version is None else version.revision,
        options=None if version is None else version.behaviour,
        frames=row.frames,
        due_at=row.due_at,
    )


def write(owner: int, moves: Sequence[Move], jobs: Sequence[JobRow]) -> None:
    """Write what a group gained; raise `LostClaims` if some of it is not ours."""
    ours = _hold(owner, moves)
    if lost := {move.pk for move in moves} - ours:
        raise LostClaims(lost)
    _write_jobs(jobs)
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for move in moves:
        alike[_values(move)].append(move.pk)
    for (status, *values), ids in alike.items():
        columns = dict(zip(_MOVE_COLUMNS, values, strict=True))
        columns["token"] = F("token") + 1
        rows = Execution.objects.filter(pk__in=ids)
        if status == ExecutionStatus.RUNNING:
            rows.update(**columns, frames=None)
        else:
            rows.move(status, **columns, frames=None)
    for move in moves:
        if move.frames:
            Execution.objects.filter(pk=move.pk).update(frames=move.frames)


#: Frames are not among them: few have any, and each has its own.
_MOVE_COLUMNS = [
    each.name
    for each in fields(Move)
    if each.name not in {"pk", "token", "status", "frames"}
]


def _values(move: Move) -> tuple[Any, ...]:
    return (move.status, *(getattr(move, name) for name in _MOVE_COLUMNS))


def _hold(owner: int, moves: Sequence[Move]) -> set[int]:
    """Lock the executions that are still ours, in the order of their ids."""
    tokens = {move.pk: move.token for move in moves}
    rows = Execution.objects.filter(
        pk__in=tokens, owner=owner, status=ExecutionStatus.RUNNING
    )
    found = rows.select_for_update().order_by("pk").values_list("pk", "token")
    return {pk for pk, token in found if tokens[pk] == token}


def _write_jobs(jobs: Sequence[JobRow]) -> None:
    """Insert the new jobs, and update those that were written before."""
    known = {(job.execution_id, job.number): job for job in jobs}
    # By number as well: of an execution that loops there are thousands.
    stored = Job.objects.filter(
        execution__in={job.execution_id for job in jobs},
        number__in={job.number for job in jobs},
    )
    changed = []
    for model in stored:
        job = known.pop((model.execution_id, model.number), None)
        if job is not None:
            for name in _CHANGING:
                setattr(model, name, getattr(job, name))
            changed.append(model)
    Job.objects.bulk_create(
        Job(**{name: getattr(job, name) for name in _JOB_COLUMNS})
        for job in known.values()
    )
    if changed:
        Job.objects.bulk_update(changed, _CHANGING)
