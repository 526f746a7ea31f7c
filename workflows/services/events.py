"""From an event to an execution: counted, within the limit, once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.cluster import wake
from workflows.engine import held, unfinished
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.options import Concurrency, Options
from workflows.services.endings import end
from workflows.statements import NewExecution, statements
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
    created = start_many([event], now)
    return Execution.objects.get(pk=created[0]) if created else None


def start_many(events: Sequence[Event], now: datetime) -> list[int]:
    """Create the executions of many events in few statements; give the ids.

    They are committed or rolled back with the caller's transaction. What a policy
    refuses is noted as rejected.
    """
    with transaction.atomic():
        ids = (event.version_id for event in events)
        options = WorkflowVersion.objects.options_of(ids)
        plain = [event for event in events if _is_plain(event, options)]
        created = ready = _create(plain, now, now)
        for event in events:
            if not _is_plain(event, options):
                policy = options.get(event.version_id, Options())
                made, due_at = _create_by_policy(event, policy, now)
                created = [*created, *made]
                ready = [*ready, *made] if due_at else ready
        wake(ready)
    return created


def record_missed(event: Event, now: datetime, reason: str) -> bool:
    """Note in the history that a moment passed unused; it does not count as a run."""
    return _note(event, now, ExecutionStatus.MISSED, reason)


def _is_plain(event: Event, options: Mapping[int, Options]) -> bool:
    """Tell an event that starts whatever else runs, from one that must look first."""
    policy = options.get(event.version_id, Options()).concurrency
    return policy == Concurrency.PARALLEL and not event.ancestors


def _create_by_policy(
    event: Event, options: Options, now: datetime
) -> tuple[list[int], datetime | None]:
    """Create an execution if the workflow has room for it, in the way it wants."""
    refusal = _chain_refusal(event, options)
    if not refusal and options.concurrency != Concurrency.PARALLEL:
        # The lock makes events of one workflow wait for each other.
        Workflow.objects.select_for_update().get(pk=event.workflow_id)
        refusal = _room_refusal(event, options, now)
    if refusal:
        _note(event, now, ExecutionStatus.REJECTED, refusal)
        return [], None
    due_at = _due_at(event, options, now)
    return _create([event], now, due_at), due_at


def _room_refusal(event: Event, options: Options, now: datetime) -> str:
    running = unfinished(event.workflow_id).order_by("pk")
    ids = list(running.values_list("pk", flat=True))
    over = len(ids) - options.max_running + 1
    if over > 0 and options.concurrency == Concurrency.RESTART:
        end(ids[:over], ExecutionStatus.CANCELLED, "a newer one took its place", now)
    if over > 0 and options.concurrency == Concurrency.SKIP:
        return f"{len(ids)} of at most {options.max_running} are unfinished"
    return ""


def _due_at(event: Event, options: Options, now: datetime) -> datetime | None:
    if options.concurrency != Concurrency.QUEUE:
        return now
    has_room = unfinished(event.workflow_id).count() < options.max_running
    return now if has_room and not held(event.workflow_id).exists() else None


def _create(
    events: Sequence[Event], now: datetime, due_at: datetime | None
) -> list[int]:
    """Create and count the executions of those events that are new and have room."""
    events = list({event.key: event for event in events}.values())
    free = [event for event in events if not event.limit]
    created = _insert(free, now, due_at)
    _count(Workflow, (each.workflow_id for each in free if each.key in created))
    for event in sorted(events, key=lambda each: each.workflow_id):
        if event.limit:
            created |= _create_within_limit(event, now, due_at)
    counted = (each.version_id for each in events if each.key in created)
    _count(WorkflowVersion, counted)
    return list(created.values())


def _create_within_limit(
    event: Event, now: datetime, due_at: datetime | None
) -> dict[str, int]:
    """Create an execution if the workflow has run less often than its limit.

    The condition is part of the increment, so that a limit is never overshot,
    whatever runs in parallel.
    """
    room = Workflow.objects.filter(pk=event.workflow_id, run_count__lt=event.limit)
    with transaction.atomic():
        if not room.update(run_count=F("run_count") + 1):
            return {}
        created = _insert([event], now, due_at)
        if not created:
            transaction.set_rollback(True)
    return created


def _insert(
    events: Sequence[Event], now: datetime, due_at: datetime | None
) -> dict[str, int]:
    """Insert the executions whose events are new; give the ids by key."""
    rows = [
        NewExecution(
            event.workflow_id,
            event.version_id,
            event.key,
            event.context,
            due_at,
            event.planned_at,
            event.manual,
            event.ancestors,
        )
        for event in events
    ]
    created: dict[str, int] = statements().insert(rows, now) if rows else {}
    return created


def _count(model: type[Workflow | WorkflowVersion], ids: Iterable[int]) -> None:
    """Add to the counters, one statement for all rows that get the same increment."""
    counts = Counter(ids)
    for increment in sorted(set(counts.values())):
        alike = sorted(pk for pk, count in counts.items() if count == increment)
        rows = model._default_manager.filter(pk__in=alike)
        rows.update(run_count=F("run_count") + increment)


def _chain_refusal(event: Event, options: Options) -> str:
    """Stop a chain of workflows that start each other."""
    chain = Execution.objects.filter(pk__in=event.ancestors)
    if chain.filter(workflow=event.workflow_id).count() < options.stack_limit:
        return ""
    return f"this workflow is in its own chain already ({options.stack_limit} allowed)"


def _note(event: Event, now: datetime, status: ExecutionStatus, reason: str) -> bool:
    note = Execution(
        workflow_id=event.workflow_id,
        version_id=event.version_id,
        event_key=event.key,
        context=event.context,
        planned_at=event.planned_at,
        manual=event.manual,
        ancestors=list(event.ancestors),
        created_at=now,
        finished_at=now,
        status=status,
        reason=reason,
    )
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError:
        return False
    return True
