"""From an event to an execution: counted, within the limit, once."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction

from workflows.cluster import wake
from workflows.engine import held, unfinished
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.options import Concurrency, Options
from workflows.services.ahead import adopt, drop_ahead
from workflows.services.endings import REASON_LIMIT, end
from workflows.services.event import Event, new_execution
from workflows.statements import Started, statements
from workflows.statements.counting import count, count_on, count_within
from workflows.states import ExecutionStatus

logger = logging.getLogger(__name__)


def start(event: Event, now: datetime) -> Execution | None:
    """Create the execution of an event; None if it exists or the limit is reached."""
    created = start_many([event], now)
    return Execution.objects.get(pk=created[0]) if created else None


def start_many(events: Sequence[Event], now: datetime) -> list[int]:
    """Create the executions of many events in few statements; give the ids.

    They are committed or rolled back with the caller's transaction. What a policy
    refuses is noted as rejected.
    """
    if len(events) == 1 and not transaction.get_connection().in_atomic_block:
        alone = _start_alone(events[0], now)
        if alone is not None:
            return alone
    with transaction.atomic():
        adopted = _adopt([event for event in events if event.ahead])
        fresh = {event.key: event for event in events if event.key not in adopted}
        started = _start_free(fresh.values(), now)
        others = [
            event
            for event in fresh.values()
            if not _is_free(event) or event.key in started.guarded
        ]
        created, ready = _start_others(others, now) if others else ({}, [])
        wake([*started.created.values(), *ready])
    return [*adopted.values(), *started.created.values(), *created.values()]


def _start_alone(event: Event, now: datetime) -> list[int] | None:
    """Start an event in one statement that commits by itself; None if that cannot be.

    A process that dies before it wakes somebody leaves that to a poller.
    """
    if event.ahead or not _is_free(event):
        return None
    started = _start_free([event], now)
    if started.guarded:
        return None
    created = list(started.created.values())
    try:
        wake(created)
    except DatabaseError as error:
        logger.warning("Nobody was woken for execution %s: %s", created[0], error)
    return created


def _is_free(event: Event) -> bool:
    """Tell a new event that only the policy of its version could keep from starting."""
    return event.is_new and not event.limit and not event.ancestors


def _start_free(events: Iterable[Event], now: datetime) -> Started:
    rows = [new_execution(event, now) for event in events if _is_free(event)]
    started: Started = statements().start(rows, now) if rows else Started({}, set())
    return started


def _start_others(
    events: Sequence[Event], now: datetime
) -> tuple[dict[str, int], list[int]]:
    """Create what limits, chains and policies leave; give ids by key, and the ready."""
    options = WorkflowVersion.objects.options_of(each.version_id for each in events)
    created = _create([each for each in events if _is_plain(each, options)], now, now)
    ready = list(created.values())
    for event in events:
        if not _is_plain(event, options):
            policy = options.get(event.version_id, Options())
            made, due_at = _create_by_policy(event, policy, now)
            created |= made
            ready += made.values() if due_at else ()
    return created, ready


def _adopt(events: Sequence[Event]) -> dict[str, int]:
    """Take those whose executions are there already as started, and count them."""
    adopted = adopt(event.key for event in events) if events else {}
    count((e.workflow_id, e.version_id) for e in events if e.key in adopted)
    return adopted


def record_missed(event: Event, now: datetime, reason: str) -> bool:
    """Note in the history that a moment passed unused; it does not count as a run."""
    if event.ahead:
        drop_ahead(keys=[event.key])
    return _note(event, now, ExecutionStatus.MISSED, reason)


def refuse(event: Event, now: datetime, reason: str) -> bool:
    """Note in the history that an event could not start anything, and why."""
    return _note(event, now, ExecutionStatus.REJECTED, reason)


def _is_plain(event: Event, options: Mapping[int, Options]) -> bool:
    """Tell an event that starts whatever else runs, from one that must look first."""
    policy = options.get(event.version_id, Options()).concurrency
    return policy == Concurrency.PARALLEL and not event.ancestors


def _create_by_policy(
    event: Event, options: Options, now: datetime
) -> tuple[dict[str, int], datetime | None]:
    """Create an execution if the workflow has room for it, in the way it wants."""
    refusal = _chain_refusal(event, options)
    if not refusal and options.concurrency != Concurrency.PARALLEL:
        # The lock makes events of one workflow wait for each other.
        Workflow.objects.select_for_update().get(pk=event.workflow_id)
        refusal = _room_refusal(event, options, now)
    if refusal:
        refuse(event, now, refusal)
        return {}, None
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
) -> dict[str, int]:
    """Create and count the executions of those events that are new and have room.

    Gives their ids by key.
    """
    free = [event for event in events if not event.limit]
    rows = [new_execution(event, due_at) for event in free]
    created: dict[str, int] = statements().insert(rows, now) if rows else {}
    new = (each for each in free if each.is_new and each.key in created)
    count_on(Workflow, (each.workflow_id for each in new))
    for event in sorted(events, key=lambda each: each.workflow_id):
        if event.limit:
            created |= _create_within(event.limit, event, now, due_at)
    counted = (each.version_id for each in events if each.key in created)
    count_on(WorkflowVersion, counted)
    return created


def _create_within(
    limit: int, event: Event, now: datetime, due_at: datetime | None
) -> dict[str, int]:
    with transaction.atomic():
        if not count_within(event.workflow_id, limit):
            return {}
        created = statements().insert([new_execution(event, due_at)], now)
        if not created:
            # Its event has an execution already, which was counted.
            transaction.set_rollback(True)
    return dict(created)


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
        reason=reason[:REASON_LIMIT],
    )
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError:
        return False
    return True
