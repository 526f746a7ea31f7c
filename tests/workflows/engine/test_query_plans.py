"""With 100,000 rows in each table no statement of the hot path reads a whole table."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from tests.conftest import NOW, drain
from tests.nodes import node
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from workflows import pollers, services
from workflows.engine import register, renew
from workflows.models import Execution, Job, Worker

ROWS = 100_000
LATER = NOW + timedelta(minutes=5)
WATCHED = [model._meta.db_table for model in (Execution, Job, Schedule)]
SCAN = re.compile(rf"Seq Scan on ({'|'.join(WATCHED)})")
#: A table may be read from its beginning when a limit ends it soon.
BOUNDED = re.compile(r"Limit [^\n]*\n\s*->  Seq Scan on [^\n]*(?!\n\s*Filter)")
#: What can be explained; savepoints and notices cannot, and need not be.
QUERY = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="asks the planner of PostgreSQL"
)


def multiply(row, **values):
    """Copy a row many times; `values` are SQL for what differs, with `n` as number."""
    columns = [f.column for f in row._meta.concrete_fields if not f.primary_key]
    new = ", ".join(values.get(column, column) for column in columns)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {new} "  # noqa: S608
            f"FROM {table}, generate_series(1, {ROWS}) n WHERE id = {row.pk}"
        )


@pytest.fixture
def version(make_version):
    """Have a long history, a busy present and a full future."""
    nodes = [node("echo", 1), node("write", "{{ execution.id }}"), node("outside")]
    version = make_version(*nodes, node("pause"), options={"timeout": 600})
    services.enable(version, NOW)
    execution = services.run_manually(version, {}, NOW)
    drain()
    drain(NOW + timedelta(minutes=1))
    past = {"event_key": "'copy ' || n", "expires_at": "NULL"}
    multiply(Execution.objects.get(pk=execution.pk), **past)
    job = execution.jobs.first()
    multiply(job, number="1", execution_id=f"{execution.pk} + n")
    later = f"'{NOW.isoformat()}'::timestamptz + n * interval '1 hour'"
    multiply(Schedule.objects.get(), record="n::text", next_run_at=later)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(WATCHED)}")
    return version


def run_group(version):
    for _ in range(20):
        services.run_manually(version, {}, NOW)
    drain()


def resume(version):
    services.run_manually(version, {}, NOW)
    drain()
    pollers.WakeDue().poll(NOW + timedelta(minutes=1))
    drain(NOW + timedelta(minutes=1))


def look(poller):
    poller.due(NOW)
    poller.poll(LATER)
    poller.due(LATER)


def lose_worker(version):
    execution = services.run_manually(version, {}, NOW)
    dead = register(Worker.Kind.WORKER, NOW)
    Execution.objects.filter(pk=execution.pk).update(
        status="running", owner=dead.pk, due_at=None
    )
    Worker.objects.filter(pk=dead.pk).update(has_lock=True)
    look(pollers.Guard())
    renew(dead, NOW)
    services.requeue_killed([dead.pk], NOW)


def expire(version):
    services.run_manually(version, {}, NOW)
    drain()
    look(pollers.Expire())
    pollers.Expire().poll(NOW + timedelta(hours=1))


def fire(version):
    mine = Schedule.objects.only("pk").get(version=version, kind="moment", record="")
    Schedule.objects.filter(pk=mine.pk).update(next_run_at=NOW)
    look(FireSchedules())


#: What is watched, by its name in the report.
PATHS = {
    "claim, hold, flush": run_group,
    "wake and resume": resume,
    "due": lambda version: look(pollers.WakeDue()),
    "requeue killed": lose_worker,
    "requeue dead": lambda version: look(pollers.RequeueDead()),
    "expire": expire,
    "fire": fire,
}


def scans(statements):
    """List the statements that read a whole table, each with its plan."""
    found = []
    for statement, values in statements:
        if not QUERY.match(statement):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        if SCAN.search(BOUNDED.sub("", plan)):
            found.append(f"{statement[:400]}\n{plan}")
    return found


def captured(action):
    """Give the statements of an action with their values, however these are bound."""
    found = []

    def note(execute, statement, values, many, context):
        if not many:
            found.append((statement, values))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(note):
        action()
    return found


def test_no_statement_reads_a_whole_table(version, admin_client):
    page = reverse("admin:workflows_execution_changelist")
    statements = {
        name: captured(lambda path=path: path(version)) for name, path in PATHS.items()
    }
    statements["admin list"] = captured(lambda: admin_client.get(page))

    found = {name: scans(each) for name, each in statements.items()}

    assert all(statements.values())
    assert {name: plans for name, plans in found.items() if plans} == {}
