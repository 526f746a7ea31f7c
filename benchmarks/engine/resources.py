"""Memory of the workers, and the time from a start to the first execution."""

from collections.abc import Iterator

from benchmarks.engine.bench import Bench, Workload
from benchmarks.engine.throughput import warm_up
from benchmarks.executions import await_end, chain, first_starts, start, workflow
from benchmarks.figures import Figure


def memory(bench: Bench, count: int) -> Iterator[Figure]:
    bench.place.fresh()
    with bench.clusters() as running:
        warm_up(running)
        before = running.memory()
        start(workflow(chain(3)), count)
        await_end(running, count)
        after = running.memory()
    yield Figure("memory", "per worker, at first", before, "MB")
    yield Figure("memory", f"per worker, after {count:,} executions", after, "MB")


def start_up(bench: Bench, _count: int) -> Iterator[Figure]:
    bench.place.fresh()
    ids = start(workflow(chain(1)), 1)
    with bench.clusters() as running:
        await_end(running, 1)
    begun = first_starts(ids)[0].timestamp() - running.started
    yield Figure("start-up", "to the first execution", begun, "s")


RESOURCES = (
    Workload("memory", "memory of the workers", 100_000, memory, most=1),
    Workload("start-up", "start to first execution", 1, start_up),
)
