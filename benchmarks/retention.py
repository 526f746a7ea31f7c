"""How long pruning locks, and how fast it is.

    DATABASE_URL=postgres://... python -m benchmarks.retention 20000 [--jobs 3]

Fills an empty database, named by DATABASE_URL, with so many old executions, prunes them
as the watchdog does, and prints the longest transaction.
"""

import argparse
import sys
import time
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from workflows import services
from workflows.models import Execution, Job
from workflows.services.retention import Chunks, prune_by

DATA = {"order": 4711, "lines": [{"sku": f"A-{n}", "count": n} for n in range(20)]}


def fill(count: int, jobs: int) -> None:
    version = services.create("Retention", "schedule", {})
    ended = timezone.now() - timedelta(days=100)
    for start in range(0, count, 1000):
        executions = Execution.objects.bulk_create(
            Execution(
                workflow_id=version.workflow_id,
                version_id=version.pk,
                event_key=f"old-{number}",
                status="succeeded",
                context={"data": DATA},
                created_at=ended,
                finished_at=ended,
            )
            for number in range(start, min(start + 1000, count))
        )
        Job.objects.bulk_create(
            Job(
                execution=execution,
                number=number,
                node_key="a",
                node_type="calculation",
                status="succeeded",
                result=DATA,
                started_at=ended,
                finished_at=ended,
            )
            for execution in executions
            for number in range(1, jobs + 1)
        )


def measure(count: int, jobs: int) -> None:
    fill(count, jobs)
    chunks = Chunks(time.monotonic, time.sleep, float("inf"))  # noqa: TID251 - as it rests
    began = time.monotonic()
    removed = prune_by(chunks, timezone.now())["succeeded"]
    took = time.monotonic() - began
    assert removed == count and not Job.objects.exists()  # noqa: PT018
    print(f"{connection.vendor}, {count} executions with {jobs} jobs each")
    print(f"  removed in {took:.1f} s, pauses included: {count / took:.0f} a second")
    ordered = sorted(chunks.durations)
    p50, p99 = (ordered[int((len(ordered) - 1) * part)] for part in (0.5, 0.99))
    print(f"  transactions: p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, ", end="")
    print(f"longest {chunks.longest * 1000:.0f} ms")
    print(f"  {len(chunks.sizes)} chunks, up to {max(chunks.sizes)} executions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    parser.add_argument("--jobs", type=int, default=3)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if Execution.objects.exists():
        sys.exit("The database has executions already; name an empty one.")
    measure(options.count, options.jobs)


if __name__ == "__main__":
    main()
