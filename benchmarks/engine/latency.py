"""W3, W5, W6: one execution alone, from its event."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone

from benchmarks.clusters import Clusters, database_cpu
from benchmarks.engine.bench import Bench, Skipped, Workload
from benchmarks.engine.throughput import warm_up
from benchmarks.executions import (
    await_end,
    chain,
    cheap,
    first_starts,
    start,
    workflow,
)
from benchmarks.figures import Figure, percentile
from workflows import registry
from workflows.models import Execution, WorkflowVersion
from workflows.poller import rest

#: Seconds of idleness that are watched, and the pauses between single events.
IDLE, PAUSES = 10.0, (0.03, 0.1)
ROUNDS_OF_LOOP = 100
#: How a definition has a loop of so many rounds around its nodes.
LOOP = {"key": "loop", "type": "loop", "config": {"items": ROUNDS_OF_LOOP}}


def _call(running: Clusters, version: WorkflowVersion) -> tuple[float, int]:
    """Start one execution; give the milliseconds to its end, and its id."""
    called = timezone.now()
    [pk] = start(version, 1)
    await_end(running, 1)
    ended = Execution.objects.values_list("finished_at", flat=True).get(pk=pk)
    assert ended is not None
    return _milliseconds(ended - called), pk


def _milliseconds(span: timedelta) -> float:
    return span.total_seconds() * 1000


def _alone(bench: Bench, version: WorkflowVersion, count: int) -> list[float]:
    with bench.clusters() as running:
        warm_up(running)
        _call(running, version)
        return [_call(running, version)[0] for _ in range(count)]


def w3(bench: Bench, count: int) -> Iterator[Figure]:
    if "loop" not in registry.nodes:
        message = "W3 is skipped: there is no node type 'loop' yet."
        raise Skipped(message)
    bench.place.fresh()
    nodes = [{**LOOP, "branches": {"body": [cheap("inside")]}}]
    times = _alone(bench, workflow(nodes), count)
    yield Figure("W3", "loop of 100 cheap nodes, call to end", median(times), "ms")


def w5(bench: Bench, count: int) -> Iterator[Figure]:
    bench.place.fresh()
    times = _alone(bench, workflow(chain(40)), count)
    yield Figure("W5", "forty nodes in a row, call to end, p50", median(times), "ms")


def w6(bench: Bench, count: int) -> Iterator[Figure]:
    bench.place.fresh()
    version = workflow(chain(1))
    with bench.clusters() as running:
        warm_up(running)
        waits = _idle_latency(running, version, count)
        rest(2)
        engine, database = _idle_cost(running)
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        value = percentile(waits, part)
        yield Figure("W6", f"idle, event to first node, {name}", value, "ms")
    yield Figure("W6", "idle cost of all processes", engine, "% of a core")
    yield Figure("W6", "idle cost in PostgreSQL", database, "% of a core")


def _idle_latency(
    running: Clusters, version: WorkflowVersion, count: int
) -> list[float]:
    pauses = random.Random(1)  # noqa: S311 - moments, not secrets
    called: list[datetime] = []
    ids: list[int] = []
    for _ in range(count):
        rest(pauses.uniform(*PAUSES))
        called.append(timezone.now())
        ids += start(version, 1)
    await_end(running, count)
    begun = first_starts(ids)
    return [_milliseconds(b - c) for c, b in zip(called, begun, strict=True)]


def _idle_cost(running: Clusters) -> tuple[float, float]:
    """Watch for a while; give the shares of a core of ours and of PostgreSQL."""
    before = running.cpu(), database_cpu()
    rest(IDLE)
    after = running.cpu(), database_cpu()
    return (
        100 * (after[0] - before[0]) / IDLE,
        100 * max(after[1] - before[1], 0) / IDLE,
    )


LATENCY = (
    Workload("W3", "a loop of 100 cheap nodes", 20, w3),
    Workload("W5", "forty nodes in a row, alone", 20, w5),
    Workload("W6", "idle latency and idle cost", 200, w6, most=1),
)
