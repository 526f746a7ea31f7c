"""Executions that end from outside, and what their end makes room for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from workflows.cluster import wake
from workflows.contracts import EndedExecution
from workflows.engine import held, release_held, tell_ended
from workflows.models import Execution, Job, WorkflowVersion
from workflows.options import Concurrency
from workflows.states import OPEN_JOBS, ExecutionStatus, JobStatus

#: Longest reason that is kept, in characters.
REASON_LIMIT = 500


def end(
    ids: Sequence[int], target: ExecutionStatus, reason: str, now: datetime
) -> list[int]:
    """Move unfinished executions to a final state, their open jobs to cancelled.

    Gives the ids of those that moved; the others had ended already.
    """
    with transaction.atomic():
        rows = Execution.objects.unfinished().filter(pk__in=ids)
        found = rows.select_for_update().values_list("pk", "version_id", "workflow_id")
        locked = {pk: version for pk, version, _workflow in found}
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
        tell_ended(
            [EndedExecution(pk, workflow, target) for pk, _version, workflow in found],
            now,
        )
    return list(locked)


def make_room(version_ids: set[int], now: datetime) -> None:
    """Let executions start that were held back by those that have ended.

    Only a queue needs the lock on its workflow. Where a newer execution cancels the
    older ones the lock is taken the other way round, and two would wait for each other.
    """
    for version in WorkflowVersion.objects.filter(pk__in=version_ids):
        queues = version.behaviour.concurrency == Concurrency.QUEUE
        if queues or held(version.workflow_id).exists():
            wake(release_held(version.workflow_id, version.behaviour, now))
