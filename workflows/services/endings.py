"""Executions that end from outside, and what their end makes room for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from workflows.cluster import wake
from workflows.contracts import EndedExecution
from workflows.engine import held, release_held, tell_ended
from workflows.models import Child, Execution, Job, WorkflowVersion
from workflows.options import Concurrency
from workflows.states import OPEN_JOBS, ExecutionStatus, JobStatus

#: Longest reason that is kept, in characters.
REASON_LIMIT = 500


def end(
    ids: Sequence[int], target: ExecutionStatus, reason: str, now: datetime
) -> list[int]:
    """Move unfinished executions to a final state, their open jobs to cancelled.

    Sub-workflows that they wait for end with them; a parent that waits is told.
    Gives the ids of those that moved; the others had ended already.
    """
    with transaction.atomic():
        rows = Execution.objects.unfinished().filter(pk__in=ids)
        names = ("pk", "version_id", "workflow_id", "ancestors")
        found = list(rows.select_for_update().only(*names))
        locked = {row.pk: row.version_id for row in found}
        Execution.objects.filter(pk__in=locked).move(
            target,
            reason=reason[:REASON_LIMIT],
            finished_at=now,
            due_at=None,
            owner=None,
        )
        open_jobs = Job.objects.filter(execution__in=list(locked))
        open_jobs.filter(status__in=OPEN_JOBS).update(
            status=JobStatus.CANCELLED, finished_at=now
        )
        make_room(set(locked.values()), now)
        _end_children(list(locked), now)
        ends = [
            EndedExecution(row.pk, row.workflow_id, target, row.ancestors)
            for row in found
        ]
        wake(tell_ended(ends, now))
    return list(locked)


def _end_children(parents: Sequence[int], now: datetime) -> None:
    """Cancel what these executions wait for, and what that waits for in its turn."""
    children = Child.objects.awaited().filter(parent__in=parents)
    ids = list(children.order_by("pk").values_list("pk", flat=True))
    if ids:
        Child.objects.filter(pk__in=ids).update(state=None)
        reason = "the execution that waited for it has ended"
        end(ids, ExecutionStatus.CANCELLED, reason, now)


def make_room(version_ids: set[int], now: datetime) -> None:
    """Let executions start that were held back by those that have ended.

    Only a queue needs the lock on its workflow. Where a newer execution cancels the
    older ones the lock is taken the other way round, and two would wait for each other.
    """
    for version in WorkflowVersion.objects.filter(pk__in=version_ids):
        queues = version.behaviour.concurrency == Concurrency.QUEUE
        if queues or held(version.workflow_id).exists():
            wake(release_held(version.workflow_id, version.behaviour, now))
