"""A long history: finished executions with their jobs, copied from a real one."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from benchmarks.engine.bench import Bench
from benchmarks.executions import await_end, chain, start, workflow
from workflows.models import Execution, Job

_SERIES = """
    WITH RECURSIVE series(n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s)
"""


def go_to_history(bench: Bench) -> None:
    """Go to the database with the long history; make it if need be."""
    if bench.place.back("history"):
        return
    bench.place.fresh("history")
    [pk] = start(workflow(chain(3)), 1)
    with bench.clusters() as running:
        await_end(running, 1)
    _copy_executions(pk, bench.history)
    _copy_jobs(pk)
    bench.place.settle()


def _copy_executions(pk: int, count: int) -> None:
    copied = _columns(Execution, {"id", "event_key"})
    table = Execution._meta.db_table
    sql = f"""
        INSERT INTO {table} (event_key, {_joined(copied)}) {_SERIES}
        SELECT 'past-' || series.n, {_joined(f"e.{name}" for name in copied)}
        FROM series, {table} AS e WHERE e.id = %s
    """  # noqa: S608 - names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, [count, pk])


def _copy_jobs(pk: int) -> None:
    copied = _columns(Job, {"id", "execution_id"})
    table, executions = Job._meta.db_table, Execution._meta.db_table
    sql = f"""
        INSERT INTO {table} (execution_id, {_joined(copied)})
        SELECT e.id, {_joined(f"j.{name}" for name in copied)}
        FROM {executions} AS e, {table} AS j
        WHERE j.execution_id = %s AND e.event_key LIKE %s ORDER BY e.id, j.number
    """  # noqa: S608 - names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, [pk, "past-%"])


def _columns(model: type[Model], without: set[str]) -> list[str]:
    names = [str(field.column) for field in model._meta.concrete_fields]
    return [name for name in names if name not in without]


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)
