"""Executions started by nodes of others: begun, told of, given up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from workflows.cluster import wake
from workflows.contracts import NodeRun
from workflows.engine import tell_parents
from workflows.exceptions import ChildRefused
from workflows.models import Child, Execution, Job, WorkflowVersion, lock_free
from workflows.services.endings import end
from workflows.services.event import Event
from workflows.services.events import start_many
from workflows.states import FINAL, LISTENING_JOBS, ExecutionStatus

#: Children that one poll looks after.
CHUNK = 200


def start_child(
    run: NodeRun, version: WorkflowVersion, data: Mapping[str, Any], *, awaited: bool
) -> int:
    """Start an execution on behalf of a node, in its transaction; give the id.

    An `awaited` one tells the node when it ends, as a reply: `{"execution", "status",
    "reason", "output"}`. It ends with the node's wait, if that ends before. To be
    called by nodes with `Effect.DATABASE`. Raises `ChildRefused`.
    """
    event = Event(
        workflow_id=version.workflow_id,
        version_id=version.pk,
        # A retry of the node starts another one.
        key=f"child:{run.idempotency_key}:{run.attempt}",
        context={"data": dict(data), "date": run.now},
        planned_at=run.now,
        ancestors=run.ancestors,
    )
    created = start_many([event], run.now)
    if not created:
        refused = Execution.objects.filter(event_key=event.key).first()
        reason = refused.reason if refused else ""
        raise ChildRefused(version.workflow.title, reason)
    state = Child.State.AWAITED if awaited else None
    parent = {"parent_id": run.execution_id, "number": run.number}
    Child.objects.create(execution_id=created[0], state=state, **parent)
    return created[0]


def end_orphans(now: datetime) -> int:
    """Cancel executions that nobody waits for any more; say how many were looked at."""
    with transaction.atomic():
        rows = Execution.objects.filter(origin__state=Child.State.ORPHANED)
        free = lock_free(rows.order_by("pk"), of=("self",))
        ids = list(free.values_list("pk", flat=True)[:CHUNK])
        if ids:
            reason = "the node that waited for it has given up"
            end(ids, ExecutionStatus.CANCELLED, reason, now)
            Child.objects.filter(pk__in=ids).update(state=None)
    return len(ids)


def settle_children(now: datetime) -> int:
    """Do what was left undone when an execution ended, or its parent went on.

    Nearly always both have seen to it themselves. Says how many were found.
    """
    return _tell_of_ended(now) + _find_orphans()


def _tell_of_ended(now: datetime) -> int:
    ended = Child.objects.awaited().filter(execution__status__in=FINAL)
    ids = list(ended.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return 0
    with transaction.atomic():
        told = tell_parents(ids, now)
        wake(told)
    return len(told)


def _find_orphans() -> int:
    """Give up children whose node does not wait, as their parents would have done."""
    node = Job.objects.filter(execution=OuterRef("parent"), number=OuterRef("number"))
    waiting = node.filter(status__in=LISTENING_JOBS)
    orphans = Child.objects.awaited().filter(~Exists(waiting))
    ids = list(orphans.values_list("pk", flat=True)[:CHUNK])
    return Child.objects.filter(pk__in=ids).update(state=Child.State.ORPHANED)
