"""How late schedules of one second start: planned second to first node.

    DATABASE_URL=postgres://... python -m benchmarks.lateness 1000 10000 [--rounds 3]

Starts a real scheduler and a real cluster on a database of its own beside the named
one, and prints p50, p99 and the maximum in milliseconds for each number of schedules,
and at the end their medians. Every workflow has another configuration. They are enabled
while the cluster runs, or with `--before` before it starts. With `--peers` APScheduler
does the same in the same run.
"""

import argparse
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from benchmarks.clusters import Clusters, clusters
from benchmarks.executions import await_end
from benchmarks.figures import Figure, Table, percentile
from benchmarks.peers.lineup import SCHEDULERS
from benchmarks.peers.running import PeerFailed, Server, run, server_url
from benchmarks.places import Place, place
from benchmarks.waiting import clean_up_on_sigterm
from triggers.models import Schedule
from workflows.models import Execution, Job, Workflow, WorkflowVersion
from workflows.poller import rest

#: Seconds that a cluster gets to start, where all is prepared before it.
START_UP = 10


def definition(number: int) -> dict[str, object]:
    """Make a definition that no other has: caches must not help."""
    value = f"{{{{ trigger.date }}}} and {number}"
    node = {"key": f"n{number}", "type": "calculation", "config": {"value": value}}
    return {"schema": 1, "nodes": [node]}


def rule(number: int, moment: datetime) -> dict[str, object]:
    repeat = {"kind": "interval", "every": 1 + number, "unit": "hours"}
    return {"mode": "time", "starts_at": moment, "zone": "UTC", "repeat": repeat}


def prepare(count: int, lead: int) -> datetime:
    """Enable `count` schedules of one second to come; give that second."""
    moment = timezone.now() + timedelta(seconds=lead + count // 500)
    moment = moment.replace(microsecond=0)
    workflows = Workflow.objects.bulk_create(
        Workflow(title=f"Lateness {number}") for number in range(count)
    )
    versions = WorkflowVersion.objects.bulk_create(
        WorkflowVersion(
            workflow=workflow,
            trigger_type="schedule",
            trigger_config=rule(number, moment),
            definition=definition(number),
            enabled=True,
            current=True,
        )
        for number, workflow in enumerate(workflows)
    )
    Schedule.objects.bulk_create(
        Schedule(version=version, kind="moment", next_run_at=moment, armed_at=moment)
        for version in versions
    )
    return moment


def percentiles(values: Iterable[float]) -> str:
    ordered = sorted(values)
    p50, p99 = percentile(ordered, 0.5), percentile(ordered, 0.99)
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {ordered[-1]:.0f} ms"


def measure(here: Place, options: argparse.Namespace, count: int, table: Table) -> None:
    here.fresh()
    if options.before:
        moment = prepare(count, 8 + START_UP)
        with started(here.folder, options.workers) as running:
            await_all(running, count, moment)
    else:
        with started(here.folder, options.workers) as running:
            moment = prepare(count, 8)
            await_all(running, count, moment)
    report(options, moment, table)


def started(folder: Path, workers: int) -> AbstractContextManager[Clusters]:
    cluster, scheduler = ("runcluster", "--no-scheduler"), ("runscheduler",)
    return clusters(folder, workers, commands=(cluster, scheduler))


def await_all(running: Clusters, count: int, moment: datetime) -> None:
    rest(max(0, (moment - timezone.now()).total_seconds() + 1))
    await_end(running, count)


def report(options: argparse.Namespace, moment: datetime, table: Table) -> None:
    jobs = Job.objects.filter(number=1).values_list("started_at", flat=True)
    created = Execution.objects.values_list("created_at", flat=True)
    late = [(started - moment).total_seconds() * 1000 for started in jobs]
    planned = [(each - moment).total_seconds() * 1000 for each in created]
    print(f"{connection.vendor}, {len(late)} schedules, {options.workers} workers")
    print(f"  execution created: {percentiles(planned)}")
    print(f"  first node started: {percentiles(late)}", flush=True)
    name = f"{connection.vendor}, {len(late)} schedules"
    for what, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        table.add(Figure(name, what, percentile(late, part), "ms"))


def measure_peers(count: int) -> None:
    server = Server(server_url())
    try:
        for peer in SCHEDULERS:
            output = run(peer, server.fresh(), count, 120 + count / 10)
            print(f"{peer.name}, {count} jobs: {percentiles(output['late'])}")
    except PeerFailed as error:
        print(error)
    finally:
        server.drop()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.lateness",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("counts", type=int, nargs="*", default=[1000], metavar="count")
    made.add_argument("--rounds", type=int, default=1)
    made.add_argument("--workers", type=int, default=2)
    made.add_argument("--before", action="store_true", help="enable, then start")
    made.add_argument("--peers", action="store_true", help="APScheduler as well")
    return made


def main() -> None:
    options = parser().parse_args()
    clean_up_on_sigterm()
    table = Table()
    with place() as here:
        for _round in range(options.rounds):
            for count in options.counts:
                measure(here, options, count, table)
    print(f"\n{table.markdown()}")
    if options.peers:
        measure_peers(options.counts[0])


if __name__ == "__main__":
    main()
