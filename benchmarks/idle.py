"""What a scheduler costs while nothing is due, whatever waits.

    DATABASE_URL=postgres://... python -m benchmarks.idle [100000]

Needs an empty database. Prints the share of a core that the scheduler's process uses
over twenty seconds, first without schedules and then with so many, and its memory.
"""

import argparse
import resource
import threading
import time
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from triggers.models import Schedule
from workflows.models import Workflow, WorkflowVersion
from workflows.scheduler import Scheduler

SECONDS = 20


def fill(count: int) -> None:
    """Store schedules of one version, as a date field has them for its records."""
    workflow = Workflow.objects.create(title="Idle")
    version = WorkflowVersion.objects.create(workflow=workflow, trigger_type="schedule")
    soon = timezone.now() + timedelta(days=1)
    Schedule.objects.bulk_create(
        (
            Schedule(
                version=version,
                kind=Schedule.Kind.RECORD,
                record=str(number),
                next_run_at=soon + timedelta(seconds=number),
            )
            for number in range(count)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def share() -> float:
    """Run a scheduler for a while; give the part of a core that it used."""
    scheduler = Scheduler()
    timer = threading.Timer(SECONDS, scheduler.stop)
    timer.start()
    began = time.process_time()
    scheduler.run()
    return (time.process_time() - began) / SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    count = parser.parse_args().count
    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}: {share():.1%} of a core without schedules")
    fill(count)
    used = share()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{connection.vendor}: {used:.1%} with {count:,} schedules, peak {peak} MB")


if __name__ == "__main__":
    main()
