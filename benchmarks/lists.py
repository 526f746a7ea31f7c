"""How long the lists, the calendar and the dashboard take over a long history.

    python -m benchmarks.lists [1000000] [--database postgres://...]

Makes a database beside the named one, or that of DATABASE_URL, fills it with so many
executions of the last 30 days, and asks for each page as a superuser does: the whole
request, from the address to the text, without a browser. Where the machine does other
work, the CPU time of this process tells more than the time that passes.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.figures import markdown, written
from benchmarks.places import place
from workflows import services
from workflows.models import Execution, Workflow, WorkflowVersion

ROUNDS = 11
WORKFLOWS, DAYS = 50, 30
ROWS = 1_000_000
#: Of a hundred executions so many succeeded, and the others ended as named.
ENDS = {95: "failed", 96: "error", 97: "timed_out", 98: "cancelled", 99: "missed"}
DAILY = {"zone": "UTC", "repeat": {"kind": "cron", "expression": "0 9 * * *"}}
NUMBERS = """
    WITH RECURSIVE given(n) AS (
        SELECT 0 UNION ALL SELECT n + 1 FROM given WHERE n + 1 < %s)
"""


@dataclass(frozen=True)
class Page:
    """A page and what is asked of it."""

    name: str
    address: str


def fill(rows: int) -> None:
    """Make workflows with two versions each, and their history in one statement."""
    for number in range(WORKFLOWS):
        version = services.create(f"Workflow {number}", "schedule", DAILY)
        services.copy_as_version(version)
        services.enable(version, timezone.now())
    versions = list(WorkflowVersion.objects.order_by("pk").values_list("pk", flat=True))
    spoken = {"postgresql": _fill_postgresql, "sqlite": _fill_sqlite}
    spoken[connection.vendor](rows, versions[0])


def _columns(ends: str, moment: str) -> str:
    return f"""
        INSERT INTO {Execution._meta.db_table} (workflow_id, version_id, event_key,
            status, reason, context, manual, planned_at, created_at, started_at,
            finished_at, ancestors, position, job_count, token, deliveries)
        SELECT 1 + n %% {WORKFLOWS}, %s + 2 * (n %% {WORKFLOWS}) + (n / 7) %% 2,
            'bench-' || n, {ends}, '', '{{"data": {{"order": 4711}}}}',
            n %% 200 = 0, {moment}, {moment}, {moment}, {moment}, '[]', '', 3, 3, 0
    """


def _ends() -> str:
    cases = " ".join(f"WHEN {n} THEN '{status}'" for n, status in ENDS.items())
    return f"CASE (n %% 10000 * 7919) %% 100 {cases} ELSE 'succeeded' END"


def _fill_postgresql(rows: int, first: int) -> None:
    moment = f"now() - interval '{DAYS} days' * (1 - n / {rows}.0)"
    sql = _columns(_ends(), moment) + " FROM generate_series(0, %s - 1) AS given(n)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, rows])


def _fill_sqlite(rows: int, first: int) -> None:
    moment = (
        f"datetime('now', '-' || ((1 - n / {rows}.0) * {DAYS} * 86400) || ' seconds')"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE given AS {NUMBERS} SELECT n FROM given",  # noqa: S608 - our own
            [rows],
        )
        cursor.execute(_columns(_ends(), moment) + " FROM given ORDER BY n", [first])


def pages() -> Iterator[Page]:
    executions = reverse("admin:workflows_execution_changelist")
    calendar = reverse("admin:workflows_workflow_calendar")
    workflow = Workflow.objects.order_by("pk").values_list("pk", flat=True)[7]
    version = WorkflowVersion.objects.order_by("pk").values_list("pk", flat=True)[7]
    middle = Execution.objects.order_by("-pk").values_list("pk", flat=True)[:1][0] // 2
    asked = {
        "executions": "",
        "page 100": "?p=100",
        "oldest first": "?o=1",
        "by creation": "?o=-6",
        "status: succeeded": "?status__exact=succeeded",
        "status: running, none": "?status__exact=running",
        "status: went wrong": "?status__in=error,failed,timed_out",
        "workflow": f"?workflow__id__exact={workflow}",
        "workflow and status": f"?workflow__id__exact={workflow}&status__exact=error",
        "version": f"?version__id__exact={version}",
        "trigger": "?trigger=schedule",
        "trigger, none": "?trigger=webhook",
        "by hand": "?manual__exact=1",
        "last 24 hours": "?last=24h",
        "a range of days": _range(),
        "before a number": f"?before={middle}",
        "search: number": f"?q={middle}",
        "search: key": "?q=bench-4711",
        "search: title": "?q=Workflow+4",
        "search: nothing": "?q=nonsense",
    }
    for name, query in asked.items():
        yield Page(name, executions + query)
    yield Page("workflows", reverse("admin:workflows_workflow_changelist"))
    yield Page("dashboard", reverse("admin:workflows_workflow_dashboard"))
    for view in ("month", "week", "day"):
        yield Page(f"calendar, {view}", f"{calendar}?view={view}")
    yield Page("calendar, one workflow", f"{calendar}?workflow={workflow}")


def _range() -> str:
    now = timezone.now()
    since, until = (now - timedelta(days=n) for n in (20, 19))
    return f"?since={since:%Y-%m-%dT%H:%M:%S}&until={until:%Y-%m-%dT%H:%M:%S}"


def measure(client: Client, page: Page) -> tuple[str, ...]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.address)
    assert answer.status_code == 200, page
    statements = len(captured)
    walls, cpus = [], []
    for _round in range(ROUNDS):
        began = time.perf_counter(), time.process_time()
        client.get(page.address)
        walls.append((time.perf_counter() - began[0]) * 1000)
        cpus.append((time.process_time() - began[1]) * 1000)
    figures = statistics.median(walls), min(walls), max(walls), statistics.median(cpus)
    return page.name, *(written(each, "ms") for each in figures), str(statements)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--database", help="a URL; DATABASE_URL if it is left out")
    options = parser.parse_args()
    if options.database and os.environ.get("DATABASE_URL") != options.database:
        # The settings were read at the import.
        os.environ["DATABASE_URL"] = options.database
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    rows = options.rows
    with place() as here:
        here.fresh()
        fill(rows)
        here.settle()
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.create_superuser("bench"))
        table = [measure(client, page) for page in pages()]
    load = "load {:.1f} {:.1f} {:.1f}".format(*os.getloadavg())
    print(f"{connection.vendor}, {rows:,} executions, {load}")
    head = ("page", "median", "fastest", "slowest", "CPU of Python", "statements")
    print(markdown(head, table))


if __name__ == "__main__":
    main()
