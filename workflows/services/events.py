"""From an event to an execution: counted, within the limit, once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.cluster import wake
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.states import ExecutionStatus


@dataclass(frozen=True, slots=True)
class Event:
    """One happening that starts one execution."""

    workflow_id: int
    version_id: int
    #: Names the happening; a second event of the same key starts nothing.
    key: str
    #: What expressions see as `trigger`: `{"data": ..., "date": ...}`.
    context: Mapping[str, Any]
    planned_at: datetime | None = None
    manual: bool = False
    #: Start only while the workflow, over all versions, has run less often.
    limit: int | None = None
    #: Ids of the executions that led here, the eldest first.
    ancestors: tuple[int, ...] = ()


def start(event: Event, now: datetime) -> Execution | None:
    """Create the execution of an event; None if it exists or the limit is reached."""
    return next(iter(start_many([event], now)), None)


def start_many(events: Sequence[Event], now: datetime) -> list[Execution]:
    """Create the executions of many events in few statements; give those created.

    Must be called before anything else that the same transaction would lose: it
    commits or rolls back with its caller.
    """
    with transaction.atomic():
        allowed = [event for event in events if not _rejected(event, now)]
        try:
            with transaction.atomic():
                created = _create(allowed, now)
        except IntegrityError:
            created = [each for event in allowed for each in _create_one(event, now)]
        wake([execution.pk for execution in created])
    return created


def record_missed(event: Event, now: datetime) -> bool:
    """Note in the history that a moment passed unused; it does not count as a run."""
    return _note(event, now, ExecutionStatus.MISSED, "nothing was running at its time")


def _create_one(event: Event, now: datetime) -> list[Execution]:
    try:
        with transaction.atomic():
            return _create([event], now)
    except IntegrityError:
        return []


def _create(events: Sequence[Event], now: datetime) -> list[Execution]:
    counted = _counted(events)
    return Execution.objects.bulk_create([_execution(e, now) for e in counted])


def _execution(event: Event, now: datetime, **values: Any) -> Execution:
    return Execution(
        workflow_id=event.workflow_id,
        version_id=event.version_id,
        event_key=event.key,
        context=event.context,
        planned_at=event.planned_at,
        manual=event.manual,
        ancestors=list(event.ancestors),
        created_at=now,
        **{"due_at": now, **values},
    )


def _counted(events: Sequence[Event]) -> list[Event]:
    """Count each event on its workflow and version; drop those over the limit.

    The condition is part of the increment, so that a limit is never overshot,
    whatever runs in parallel. Rows are taken in the order of their ids.
    """
    limited = sorted((e for e in events if e.limit), key=lambda e: e.workflow_id)
    free = [event for event in events if not event.limit]
    counted = free + [event for event in limited if _within_limit(event)]
    _add(Workflow, Counter(event.workflow_id for event in free))
    _add(WorkflowVersion, Counter(event.version_id for event in counted))
    return counted


def _within_limit(event: Event) -> bool:
    room = Workflow.objects.filter(pk=event.workflow_id, run_count__lt=event.limit)
    return bool(room.update(run_count=F("run_count") + 1))


def _add(model: type[Workflow | WorkflowVersion], counts: Counter[int]) -> None:
    """Add to the counters, one statement for all rows that get the same increment."""
    for increment in sorted(set(counts.values())):
        ids = sorted(pk for pk, count in counts.items() if count == increment)
        rows = model._default_manager.filter(pk__in=ids)
        rows.update(run_count=F("run_count") + increment)


def _rejected(event: Event, now: datetime) -> bool:
    """Stop a chain of workflows that start each other; say so in the history."""
    if not event.ancestors:
        return False
    version = WorkflowVersion.objects.only("options").get(pk=event.version_id)
    limit = version.behaviour.stack_limit
    chain = Execution.objects.filter(pk__in=event.ancestors)
    if chain.filter(workflow=event.workflow_id).count() < limit:
        return False
    reason = f"this workflow is in its own chain already ({limit} allowed)"
    _note(event, now, ExecutionStatus.REJECTED, reason)
    return True


def _note(event: Event, now: datetime, status: ExecutionStatus, reason: str) -> bool:
    values = {"status": status, "reason": reason, "finished_at": now, "due_at": None}
    try:
        with transaction.atomic():
            _execution(event, now, **values).save(force_insert=True)
    except IntegrityError:
        return False
    return True
