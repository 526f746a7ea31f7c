"""Start the executions of events, those of synchronous versions in this process."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from workflows.chains import chain
from workflows.models import WorkflowVersion
from workflows.services import Event, run_here, start_many, unwoken


def start_all(events: Sequence[Event], now: datetime) -> None:
    """Start executions with the transaction of the caller.

    Those of synchronous versions run once it is committed, before the caller goes on;
    but if the caller is a node itself, a worker takes them like all others.
    """
    here = _synchronous(events) if events and not chain() else frozenset()
    start_many([event for event in events if event.version_id not in here], now)
    for event in events:
        if event.version_id in here:
            ids = _unwoken(event, now)
            transaction.on_commit(partial(run_here, ids, now), robust=True)


def start_here(event: Event, now: datetime) -> None:
    """Start an execution and run it in this process, to its end if nothing waits."""
    run_here(_unwoken(event, now), now)


def _unwoken(event: Event, now: datetime) -> list[int]:
    """Start it without telling the workers."""
    with unwoken():
        return start_many([event], now)


def _synchronous(events: Sequence[Event]) -> frozenset[int]:
    ids = {event.version_id for event in events}
    rows = WorkflowVersion.objects.filter(pk__in=ids, synchronous=True)
    return frozenset(rows.values_list("pk", flat=True))
