"""Executions that are held back until their workflow has room for them."""

from datetime import datetime

from workflows.models import Execution, ExecutionQuerySet, Workflow
from workflows.options import Concurrency, Options
from workflows.states import ExecutionStatus


def unfinished(workflow_id: int) -> ExecutionQuerySet:
    """Select what runs, waits, or may be claimed; the held are not counted."""
    running = Execution.objects.unfinished().filter(workflow=workflow_id)
    return running.exclude(status=ExecutionStatus.QUEUED, due_at=None)


def held(workflow_id: int) -> ExecutionQuerySet:
    """Select those that no worker may take yet, the oldest first."""
    queued = Execution.objects.filter(
        workflow=workflow_id, status=ExecutionStatus.QUEUED, due_at=None
    )
    return queued.order_by("pk")


def release_held(workflow_id: int, options: Options, now: datetime) -> list[int]:
    """Let held executions start while there is room; give their ids.

    Called in the transaction that makes the room. The lock on the workflow keeps two
    such transactions from filling the same place.
    """
    Workflow.objects.select_for_update().filter(pk=workflow_id).first()
    waiting = held(workflow_id)
    if options.concurrency == Concurrency.QUEUE:
        free = options.max_running - unfinished(workflow_id).count()
        waiting = waiting[: max(free, 0)]
    ids = list(waiting.values_list("pk", flat=True))
    Execution.objects.filter(pk__in=ids).update(due_at=now)
    return ids
