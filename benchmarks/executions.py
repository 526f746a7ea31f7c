"""Workflows to measure with, and executions of them."""

import uuid
from datetime import datetime
from itertools import count as numbers
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone

from benchmarks.clusters import Clusters
from benchmarks.waiting import eventually
from demo.shop.models import Product
from workflows import services
from workflows.cluster import wake
from workflows.models import Execution, Job, WorkflowVersion
from workflows.services import Event
from workflows.statements import NewExecution, statements
from workflows.states import ExecutionStatus

#: Executions that one call starts: a sender of events seldom has more at once.
CHUNK = 500
PRODUCTS = 1_000

Node = dict[str, Any]


def cheap(key: str, kind: str = "calculation") -> Node:
    return {
        "key": key,
        "type": kind,
        "config": {"value": "{{ trigger.data.total * 2 }}"},
    }


def chain(length: int, kind: str = "calculation") -> list[Node]:
    return [cheap(f"n{number}", kind) for number in range(length)]


def database_update(key: str) -> Node:
    rule = {"field": "id", "op": "eq", "value": "{{ trigger.data.product }}"}
    config = {
        "collection": "shop.product",
        "filter": {"rules": [rule]},
        "increments": {"stock": 1},
    }
    return {"key": key, "type": "update", "config": config}


def add_products() -> None:
    Product.objects.bulk_create(
        Product(name=f"Product {number}", price=1) for number in range(PRODUCTS)
    )


def workflow(nodes: list[Node]) -> WorkflowVersion:
    config = {"starts_at": timezone.now()}
    definition = {"schema": 1, "nodes": nodes}
    return services.create("Benchmark", "schedule", config, definition=definition)


def start(version: WorkflowVersion, count: int) -> list[int]:
    """Start so many executions, as a trigger would; give their ids."""
    ids: list[int] = []
    for first in range(0, count, CHUNK):
        rows = range(first, min(first + CHUNK, count))
        now = timezone.now()
        ids += services.start_many([_event(version, row, now) for row in rows], now)
    return ids


def _event(version: WorkflowVersion, number: int, now: datetime) -> Event:
    key = f"{version.pk}!{uuid.uuid4().hex}"
    return Event(version.workflow_id, version.pk, key, _context(number, now), now)


def _context(number: int, now: datetime) -> dict[str, Any]:
    values = {"number": number, "total": number, "product": number % PRODUCTS + 1}
    return {"data": values, "date": now}


def hold(version: WorkflowVersion, count: int) -> list[int]:
    """Insert executions that nobody takes until they are released."""
    now = timezone.now()
    made: list[int] = []
    events = (_event(version, number, now) for number in numbers())
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        rows = [_held(event) for event, _ in zip(events, range(size), strict=False)]
        made += statements().insert(rows, now).values()
    return made


def _held(event: Event) -> NewExecution:
    return NewExecution(
        event.workflow_id, event.version_id, event.key, event.context, None
    )


def release(ids: list[int]) -> None:
    held = Execution.objects.filter(status=ExecutionStatus.QUEUED, due_at=None)
    held.update(due_at=timezone.now())
    wake(ids)


def await_end(running: Clusters, count: int) -> None:
    """Wait until nothing is unfinished; look seldom, so as not to disturb."""

    def has_ended() -> bool:
        running.check()
        return not Execution.objects.unfinished().exists()

    eventually(has_ended, f"{count} executions ended", 90 + count / 50, pause=0.1)
    failed = Execution.objects.exclude(status=ExecutionStatus.SUCCEEDED).first()
    if failed is not None:
        raise ExecutionFailed(failed)


class ExecutionFailed(Exception):
    """An execution that did not succeed, so that its time means nothing."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(
            f"{execution} of a benchmark is '{execution.status}': {execution.reason}."
        )


def seconds_of(version: WorkflowVersion, column: str = "created_at") -> float:
    """Measure from the first such moment of its executions to the last end."""
    rows = Execution.objects.filter(version=version)
    span = rows.aggregate(first=Min(column), last=Max("finished_at"))
    return float((span["last"] - span["first"]).total_seconds())


def first_starts(ids: list[int]) -> list[datetime]:
    """Give when the first nodes of these began, in the order of the executions."""
    jobs = Job.objects.filter(execution__in=ids, number=1).order_by("execution_id")
    return list(jobs.values_list("started_at", flat=True))
