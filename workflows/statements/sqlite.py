"""The hot statements for SQLite, which has one writer and no network between."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from workflows.codec import decode, dump
from workflows.exceptions import LostClaims
from workflows.models import LATE, Execution, Job, WorkflowVersion
from workflows.options import options_from
from workflows.statements.anywhere import start_with
from workflows.statements.rows import (
    Claimed,
    JobRow,
    Move,
    NewExecution,
    Started,
    without_suspects,
)
from workflows.states import ExecutionStatus as Status

_EXECUTIONS = Execution._meta.db_table
_JOBS = Job._meta.db_table
_VERSIONS = WorkflowVersion._meta.db_table

_INSERT = f"""
    INSERT INTO {_EXECUTIONS} (
        workflow_id, version_id, event_key, status, reason, context, manual,
        planned_at, created_at, ancestors, due_at, ahead, position, job_count,
        token, deliveries)
    VALUES (
        %s, %s, %s, '{Status.QUEUED}', '', %s, %s, %s, %s, %s, %s, %s, '', 0, 0, 0)
    ON CONFLICT (event_key) DO NOTHING RETURNING id
"""  # noqa: S608 - nothing of it comes from outside
_DUE = f"""
    SELECT e.id, e.workflow_id, e.version_id, e.context, e.ancestors, e.planned_at,
        e.started_at, e.expires_at, e.reason, e.position, e.job_count, e.token,
        e.deliveries, v.revision, v.options, e.frames, e.due_at
    FROM {_EXECUTIONS} AS e LEFT JOIN {_VERSIONS} AS v ON v.id = e.version_id
    WHERE e.due_at <= %s AND e.status IN ('{Status.QUEUED}', '{Status.WAITING}')
        AND e.deliveries < %s AND (e.ahead IS NULL OR e.due_at > %s) {{narrow}}
    ORDER BY e.due_at, e.id LIMIT %s
"""  # noqa: S608 - nothing of it comes from outside
_DUE_ANY = _DUE.format(narrow="")
_DUE_THESE = _DUE.format(narrow="AND e.id IN (SELECT value FROM json_each(%s))")
_MARK = f"""
    UPDATE {_EXECUTIONS}
    SET status = '{Status.RUNNING}', owner = %s, token = token + 1,
        deliveries = deliveries + 1, due_at = NULL,
        started_at = coalesce(started_at, %s)
    WHERE id IN (SELECT value FROM json_each(%s))
"""  # noqa: S608 - nothing of it comes from outside
_MOVE = f"""
    UPDATE {_EXECUTIONS}
    SET token = token + 1, owner = %s, status = %s, reason = %s, position = %s,
        job_count = %s, deliveries = %s, due_at = %s, expires_at = %s, finished_at = %s,
        frames = %s
    WHERE id = %s AND token = %s AND owner = %s AND status = '{Status.RUNNING}'
"""  # noqa: S608 - nothing of it comes from outside
_WRITE = f"""
    INSERT INTO {_JOBS} (
        execution_id, number, node_key, node_type, status, input, result, error,
        traceback, log, attempt, started_at, finished_at, round, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (execution_id, number) DO UPDATE
    SET status = excluded.status, result = excluded.result, error = excluded.error,
        traceback = excluded.traceback, log = excluded.log,
        attempt = excluded.attempt, finished_at = excluded.finished_at,
        expires_at = excluded.expires_at
"""  # noqa: S608 - nothing of it comes from outside


def insert(rows: Sequence[NewExecution], now: datetime) -> dict[str, int]:
    """Create executions; give the ids by key of those whose event was new."""
    created = {}
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_INSERT, _new(row, now))
            if found := cursor.fetchone():
                created[row.key] = found[0]
    return created


def start(rows: Sequence[NewExecution], now: datetime) -> Started:
    """Create and count the executions that start whatever else runs."""
    return start_with(insert, rows, now)


def _new(row: NewExecution, now: datetime) -> tuple[Any, ...]:
    return (
        row.workflow_id,
        row.version_id,
        row.key,
        dump(row.context),
        row.manual,
        _text(row.planned_at),
        _text(now),
        dump(row.ancestors),
        _text(row.due_at),
        row.ahead,
    )


def claim(
    owner: int, now: datetime, limit: int, poison: int, ids: Iterable[int] = ()
) -> list[Claimed]:
    """Take runnable executions, the most overdue first; `ids` narrows the choice.

    Deliveries are counted as they are claimed, and `poison` of them are too many.
    """
    narrow = [dump(list(ids))] if ids else []
    look = (_text(now), poison, _text(now - LATE), *narrow, limit)
    text = _DUE_THESE if ids else _DUE_ANY
    if not _rows(text, look):
        # An empty look does not take the one lock for writing.
        return []
    with transaction.atomic():
        rows = [_claimed(row, now) for row in _rows(text, look)]
        picked = without_suspects(rows)
        _execute(_MARK, [owner, _text(now), dump([row.pk for row in picked])])
    return picked


def _claimed(row: Sequence[Any], now: datetime) -> Claimed:
    pk, workflow_id, version_id, context, ancestors, *plain, options, frames, due = row
    planned_at, started_at, expires_at, reason, position, *counts = plain
    job_count, token, deliveries, revision = counts
    return Claimed(
        pk,
        workflow_id,
        version_id,
        decode(context),
        json.loads(ancestors),
        _moment(planned_at),
        _moment(started_at) or now,
        _moment(expires_at),
        reason,
        position,
        job_count,
        token + 1,
        deliveries + 1,
        revision,
        options=None if options is None else options_from(options),
        frames=None if frames is None else decode(frames),
        due_at=_moment(due),
    )


def write(owner: int, moves: Sequence[Move], jobs: Sequence[JobRow]) -> None:
    """Write what a group gained; raise `LostClaims` if some of it is not ours."""
    with connection.cursor() as cursor:
        lost = set()
        for move in moves:
            cursor.execute(_MOVE, (*_moved(move), owner))
            if not cursor.rowcount:
                lost.add(move.pk)
        if lost:
            raise LostClaims(lost)
        cursor.executemany(_WRITE, [_job(job) for job in jobs])


def _moved(move: Move) -> tuple[Any, ...]:
    return (
        move.owner,
        move.status,
        move.reason,
        move.position,
        move.job_count,
        move.deliveries,
        _text(move.due_at),
        _text(move.expires_at),
        _text(move.finished_at),
        dump(move.frames) if move.frames else None,
        move.pk,
        move.token,
    )


def _job(job: JobRow) -> tuple[Any, ...]:
    return (
        job.execution_id,
        job.number,
        job.node_key,
        job.node_type,
        job.status,
        None if job.input is None else dump(job.input),
        None if job.result is None else dump(job.result),
        job.error,
        job.traceback,
        job.log,
        job.attempt,
        _text(job.started_at),
        _text(job.finished_at),
        job.round,
        _text(job.expires_at),
    )


def _rows(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _execute(text: str, values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def _text(moment: datetime | None) -> str | None:
    """Write a moment as Django does in SQLite: in UTC, without its zone."""
    if moment is None:
        return None
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _moment(stored: Any) -> datetime | None:
    if isinstance(stored, str):
        stored = datetime.fromisoformat(stored)
    return None if stored is None else stored.replace(tzinfo=UTC)
