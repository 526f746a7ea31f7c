"""W1, W2, W2b, W7, W8: many executions, and how many end in a second."""

from collections.abc import Iterator

from benchmarks.clusters import Clusters
from benchmarks.engine.bench import Bench, Workload
from benchmarks.engine.history import go_to_history
from benchmarks.executions import (
    Node,
    add_products,
    await_end,
    chain,
    cheap,
    database_update,
    hold,
    release,
    seconds_of,
    start,
    workflow,
)
from benchmarks.figures import Figure

WITH_UPDATE = [cheap("before"), database_update("stock"), cheap("after")]
#: Executions that make workers ready before anything is measured.
WARM = 50


def whole(running: Clusters, nodes: list[Node], count: int) -> float:
    """Give workflows per second from the first insert to the last end."""
    version = workflow(nodes)
    start(version, count)
    await_end(running, count)
    return count / seconds_of(version)


def run_only(running: Clusters, nodes: list[Node], count: int) -> float:
    """Give workflows per second where all are there before the first begins."""
    version = workflow(nodes)
    release(hold(version, count))
    await_end(running, count)
    return count / seconds_of(version, "jobs__started_at")


def warm_up(running: Clusters) -> None:
    start(workflow(chain(3)), WARM)
    await_end(running, WARM)


def _both(name: str, nodes: list[Node], bench: Bench, count: int) -> Iterator[Figure]:
    bench.place.fresh()
    add_products()
    with bench.clusters() as running:
        warm_up(running)
        rate = whole(running, nodes, count)
        yield Figure(name, "first insert to last end", rate, "workflows/s")
        rate = run_only(running, nodes, count)
        yield Figure(name, "run only", rate, "workflows/s")
        yield Figure(name, "run only, steps", rate * len(nodes), "steps/s")


def w1(bench: Bench, count: int) -> Iterator[Figure]:
    yield from _both("W1", chain(3), bench, count)


def w2(bench: Bench, count: int) -> Iterator[Figure]:
    yield from _both("W2", WITH_UPDATE, bench, count)


def w2b(bench: Bench, count: int) -> Iterator[Figure]:
    yield from _both("W2b", chain(3, "nothing"), bench, count)


def w7(bench: Bench, count: int) -> Iterator[Figure]:
    """Measure W1 in an empty table and, in the same round, in a full one."""
    bench.place.fresh()
    with bench.clusters() as running:
        warm_up(running)
        empty = run_only(running, chain(3), count)
    go_to_history(bench)
    with bench.clusters() as running:
        warm_up(running)
        full = run_only(running, chain(3), count)
    yield Figure("W7", "empty table, run only", empty, "workflows/s")
    yield Figure("W7", f"{bench.history:,} in the table", full, "workflows/s")
    yield Figure("W7", "ratio, full to empty", full / empty)


def w8(bench: Bench, count: int) -> Iterator[Figure]:
    """Measure W1 with one cluster and, in the same round, with four."""
    rates = {}
    for clusters in (1, 4):
        bench.place.fresh()
        with bench.clusters(clusters) as running:
            warm_up(running)
            rates[clusters] = run_only(running, chain(3), count)
    yield Figure("W8", "one cluster, run only", rates[1], "workflows/s")
    yield Figure("W8", "four clusters", rates[4], "workflows/s")
    yield Figure("W8", "ratio, four to one", rates[4] / rates[1])


THROUGHPUT = (
    Workload("W1", "three cheap nodes", 5_000, w1),
    Workload("W2", "a database update in the middle", 3_000, w2),
    Workload("W2b", "three outside nodes that do nothing", 2_000, w2b),
    Workload("W7", "W1 behind a long history", 5_000, w7),
    Workload("W8", "four clusters on one database", 5_000, w8),
)
