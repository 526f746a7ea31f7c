"""How late schedules of one second start: planned second to first node.

    DATABASE_URL=postgres://... python -m benchmarks.lateness 1000 [--workers 2]

Starts a real scheduler and a real cluster on an empty database, named by DATABASE_URL,
and prints p50, p99 and the maximum in milliseconds.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from triggers.models import Schedule
from workflows.models import Execution, Job, Workflow, WorkflowVersion


def prepare(count: int) -> datetime:
    """Enable `count` schedules of one second to come; give that second."""
    moment = (timezone.now() + timedelta(seconds=8 + count // 500)).replace(
        microsecond=0
    )
    definition = {
        "schema": 1,
        "nodes": [
            {
                "key": "a",
                "type": "calculation",
                "config": {"value": "{{ trigger.date }}"},
            }
        ],
    }
    workflows = Workflow.objects.bulk_create(
        Workflow(title=f"Lateness {number}") for number in range(count)
    )
    config = {"mode": "time", "starts_at": moment, "zone": "UTC"}
    config["repeat"] = {"kind": "interval", "every": 1, "unit": "hours"}
    versions = WorkflowVersion.objects.bulk_create(
        WorkflowVersion(
            workflow=workflow,
            trigger_type="schedule",
            trigger_config=config,
            definition=definition,
            enabled=True,
            current=True,
        )
        for workflow in workflows
    )
    Schedule.objects.bulk_create(
        Schedule(version=version, kind="moment", next_run_at=moment, armed_at=moment)
        for version in versions
    )
    return moment


def percentiles(values: list[float]) -> str:
    ordered = sorted(values)
    p50, p99 = (ordered[int((len(ordered) - 1) * part)] for part in (0.5, 0.99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {ordered[-1]:.0f} ms"


def wait_for(count: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        if Execution.objects.filter(status="succeeded").count() >= count:
            return
        time.sleep(0.2)  # noqa: TID251 - nothing to wait on


def measure(count: int, workers: int) -> None:
    environment = {**os.environ, "WORKERS": str(workers)}
    command = [sys.executable, "manage.py"]
    children = [
        subprocess.Popen([*command, "runcluster", "--no-scheduler"], env=environment),
        subprocess.Popen([*command, "runscheduler"], env=environment),
    ]
    try:
        moment = prepare(count)
        wait_for(count, time.monotonic() + 60 + count / 100)
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(20)
    jobs = Job.objects.filter(number=1).values_list("started_at", flat=True)
    created = Execution.objects.values_list("created_at", flat=True)
    late = [(started - moment).total_seconds() * 1000 for started in jobs]
    planned = [(each - moment).total_seconds() * 1000 for each in created]
    print(f"{connection.vendor}, {count} schedules, {workers} workers")
    print(f"  execution created: {percentiles(planned)}")
    print(f"  first node started: {percentiles(late)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if Execution.objects.exists():
        parser.error("The database has executions already; name an empty one.")
    measure(options.count, options.workers)


if __name__ == "__main__":
    main()
