"""How fast the engine is: its workloads, on real clusters.

    python -m benchmarks.engine [W1 W2 W2b W3 W4 W5 W6 W7 W8 memory start-up]
        [--database postgres://...] [--broker wakeup|orm|redis] [--rounds 3]

Works on databases of its own beside the named one, which go away in the end. Prints a
line for each round and a table in Markdown; the median is of the rounds.
"""

import argparse
import os
import sys
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from benchmarks.clusters import ClusterDied
from benchmarks.engine.bench import Bench, Skipped, Workload
from benchmarks.engine.latency import LATENCY
from benchmarks.engine.outside import OUTSIDE
from benchmarks.engine.resources import RESOURCES
from benchmarks.engine.throughput import THROUGHPUT
from benchmarks.executions import ExecutionFailed
from benchmarks.figures import Table
from benchmarks.places import place
from benchmarks.waiting import NeverHappened, clean_up_on_sigterm

WORKLOADS = {
    each.name: each
    for each in sorted(
        (*THROUGHPUT, *LATENCY, *OUTSIDE, *RESOURCES), key=lambda each: each.name
    )
}
FAULTS = (ClusterDied, DatabaseError, ExecutionFailed, NeverHappened)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{each.name:9} {each.title}" for each in WORKLOADS.values()),
    )
    made.add_argument("workloads", nargs="*", metavar="W", help="all, if none is named")
    made.add_argument("--database", help="a URL; DATABASE_URL if it is left out")
    made.add_argument("--broker", choices=["wakeup", "orm", "redis"])
    made.add_argument("--workers", type=int, default=2)
    made.add_argument("--count", type=int, help="of executions, instead of the usual")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--history", type=int, default=1_000_000, help="executions in W7")
    return made


def settle(options: argparse.Namespace) -> None:
    """Start again if the settings, which are read at the import, are not these."""
    wanted = {"QUEUE": f"benchmark-{os.getpid()}"}
    if options.database:
        wanted["DATABASE_URL"] = options.database
    if options.broker:
        wanted["BROKER"] = options.broker
    if options.broker == "redis":
        wanted["REDIS_URL"] = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.environ.update(wanted)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def conditions(options: argparse.Namespace) -> str:
    """Say in a line what was measured on."""
    words = [connection.vendor, f"broker {settings.BROKER}"]
    words.append(f"{options.workers} workers for each cluster")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            words.insert(1, cursor.fetchone()[0].split()[0])
            cursor.execute("SHOW synchronous_commit")
            words.append(f"synchronous_commit={cursor.fetchone()[0]}")
    load = Path("/proc/loadavg")
    if load.exists():
        words.append(f"load {load.read_text().split()[0]} before")
    return ", ".join(words)


def measure(workload: Workload, bench: Bench, count: int, table: Table) -> bool:
    """Run one round; say whether it went well."""
    try:
        for figure in workload.run(bench, count):
            table.add(figure)
            print(figure, flush=True)
    except Skipped as reason:
        print(reason, flush=True)
    except FAULTS as error:
        print(f"{workload.name} failed: {error}", flush=True)
        return False
    return True


def run(chosen: list[Workload], options: argparse.Namespace) -> int:
    table, well = Table(), True
    with place() as here:
        print(f"{conditions(options)}\n", flush=True)
        bench = Bench(here, options.workers, options.history)
        for number in range(options.rounds):
            for workload in chosen:
                if number < workload.most:
                    count = options.count or workload.count
                    well = measure(workload, bench, count, table) and well
    forget_queue()
    print(f"\n{table.markdown()}")
    return 0 if well else 1


def forget_queue() -> None:
    if settings.BROKER == "redis":
        with redis.from_url(settings.REDIS_URL) as server:
            queue = f"django_q:{settings.Q_CLUSTER['name']}*"
            server.delete(*server.keys(queue), "none")


def main() -> int:
    options = parser().parse_args()
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser().error(f"There is no workload {', '.join(sorted(unknown))}.")
    settle(options)
    clean_up_on_sigterm()
    chosen = [WORKLOADS[name] for name in options.workloads] or list(WORKLOADS.values())
    return run(chosen, options)


if __name__ == "__main__":
    sys.exit(main())
