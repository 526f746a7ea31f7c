"""The hot statements for PostgreSQL: one round trip each, rows as one JSON text."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from workflows.codec import decode, dump
from workflows.exceptions import LostClaims
from workflows.models import LATE, Execution, Job, Workflow, WorkflowVersion
from workflows.options import Concurrency, options_from
from workflows.statements.rows import Claimed, JobRow, Move, NewExecution, Started
from workflows.states import ExecutionStatus as Status

_EXECUTIONS = Execution._meta.db_table
_JOBS = Job._meta.db_table
_VERSIONS = WorkflowVersion._meta.db_table
_WORKFLOWS = Workflow._meta.db_table

_GIVEN = """
    json_to_recordset(%s::json) AS given(
        workflow_id bigint, version_id bigint, event_key text, context jsonb,
        manual boolean, planned_at timestamptz, ancestors jsonb, due_at timestamptz,
        ahead boolean)
"""
_INSERT = f"""
    INSERT INTO {_EXECUTIONS} (
        created_at, workflow_id, version_id, event_key, status, reason, context, manual,
        planned_at, ancestors, due_at, ahead, position, job_count, token, deliveries)
    SELECT %s, workflow_id, version_id, event_key, '{Status.QUEUED}', '', context,
        manual, planned_at, ancestors, due_at, ahead, '', 0, 0, 0
    FROM {{given}}
    ON CONFLICT (event_key) DO NOTHING
    RETURNING event_key, id, workflow_id, version_id
"""  # noqa: S608 - nothing of it comes from outside
_INSERT_ALL = _INSERT.format(given=_GIVEN)
#: Workflows come before versions, and rows in the order of their ids, as everybody
#: locks them.
_START = f"""
    WITH given AS MATERIALIZED (
        SELECT given.*, coalesce((
            SELECT options ->> 'concurrency' FROM {_VERSIONS} WHERE id = version_id
        ), '') IN ('', '{Concurrency.PARALLEL}') AS is_free
        FROM {_GIVEN}
    ), made AS (
        {_INSERT.format(given="given WHERE is_free")}
    ), workflows AS MATERIALIZED (
        SELECT id FROM {_WORKFLOWS} WHERE id IN (SELECT workflow_id FROM made)
        ORDER BY id FOR NO KEY UPDATE
    ), counted AS (
        UPDATE {_WORKFLOWS} AS w SET run_count = w.run_count + new.times
        FROM workflows, (
            SELECT workflow_id, count(*) AS times FROM made GROUP BY workflow_id
        ) AS new
        WHERE w.id = workflows.id AND new.workflow_id = w.id
        RETURNING w.id
    ), versions AS MATERIALIZED (
        SELECT id FROM {_VERSIONS} WHERE id IN (SELECT version_id FROM made)
            AND (SELECT count(*) FROM counted) > 0
        ORDER BY id FOR NO KEY UPDATE
    ), counted_on_versions AS (
        UPDATE {_VERSIONS} AS v SET run_count = v.run_count + new.times
        FROM versions, (
            SELECT version_id, count(*) AS times FROM made GROUP BY version_id
        ) AS new
        WHERE v.id = versions.id AND new.version_id = v.id
    )
    SELECT event_key, id FROM made
    UNION ALL SELECT event_key, NULL FROM given WHERE NOT is_free
"""  # noqa: S608 - nothing of it comes from outside

#: What a dead worker left comes alone, if it is the first; else it is passed over.
_CLAIM = f"""
    WITH near AS MATERIALIZED (
        SELECT id, version_id, due_at, deliveries FROM {_EXECUTIONS}
        WHERE due_at <= %s AND status IN ('{Status.QUEUED}', '{Status.WAITING}')
            AND deliveries < %s AND (ahead IS NULL OR due_at > %s) {{narrow}}
        ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    ), first AS MATERIALIZED (
        SELECT id, deliveries FROM near ORDER BY due_at, id LIMIT 1
    ), picked AS (
        SELECT near.id, near.version_id, near.due_at FROM near, first
        WHERE near.deliveries = 0 AND first.deliveries = 0 OR near.id = first.id
    )
    UPDATE {_EXECUTIONS} AS e
    SET status = '{Status.RUNNING}', owner = %s, token = e.token + 1,
        deliveries = e.deliveries + 1, due_at = NULL,
        started_at = coalesce(e.started_at, %s)
    FROM picked LEFT JOIN {_VERSIONS} AS v ON v.id = picked.version_id
    WHERE e.id = picked.id
    RETURNING picked.due_at, e.id, e.workflow_id, e.version_id, e.context,
        e.ancestors, e.planned_at, e.started_at, e.expires_at, e.reason, e.position,
        e.job_count, e.token, e.deliveries, v.revision, v.options, e.frames
"""  # noqa: S608 - nothing of it comes from outside
#: A claim that commits by itself does not wait for the disk. If the server loses it,
#: the execution is as runnable as before; what the worker writes waits for all before.
_UNHURRIED = ", set_config('synchronous_commit', 'off', true)"
_CLAIM_ANY = _CLAIM.format(narrow="")
_CLAIM_THESE = _CLAIM.format(narrow="AND id = ANY(%s::bigint[])")

#: Rows are locked in the order of their ids, as everybody locks them. If one is not
#: ours any more, no job is written, and the caller rolls back. Adding '' to the status
#: keeps the planner from its index, where each execution leaves a dead "running".
_WRITE = f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%s::json) AS given(
            pk bigint, token bigint, owner bigint, status text, reason text,
            position text, job_count integer, deliveries integer, due_at timestamptz,
            expires_at timestamptz, finished_at timestamptz, frames jsonb)
    ), ours AS MATERIALIZED (
        SELECT e.id FROM {_EXECUTIONS} AS e
        JOIN given ON given.pk = e.id AND given.token = e.token
        WHERE e.owner = %s AND e.status || '' = '{Status.RUNNING}'
        ORDER BY e.id FOR UPDATE OF e
    ), moved AS (
        UPDATE {_EXECUTIONS} AS e
        SET token = given.token + 1, owner = given.owner, status = given.status,
            reason = given.reason, position = given.position,
            job_count = given.job_count, deliveries = given.deliveries,
            due_at = given.due_at,
            expires_at = given.expires_at, finished_at = given.finished_at,
            frames = given.frames
        FROM given, ours WHERE e.id = given.pk AND ours.id = given.pk
        RETURNING e.id
    ), written AS (
        INSERT INTO {_JOBS} AS old (
            execution_id, number, node_key, node_type, status, input, result, error,
            traceback, log, attempt, started_at, finished_at, round, expires_at)
        SELECT execution_id, number, node_key, node_type, status, input, result, error,
            traceback, log, attempt, started_at, finished_at, coalesce(round, ''),
            expires_at
        FROM json_to_recordset(%s::json) AS job(
            execution_id bigint, number integer, node_key text, node_type text,
            status text, input jsonb, result jsonb, error text, traceback text,
            log text, attempt smallint, started_at timestamptz,
            finished_at timestamptz, round text, expires_at timestamptz)
        WHERE (SELECT count(*) FROM moved) = %s
        ON CONFLICT (execution_id, number) DO UPDATE
        SET status = excluded.status, result = excluded.result,
            error = excluded.error, traceback = excluded.traceback,
            log = excluded.log, attempt = excluded.attempt,
            finished_at = excluded.finished_at, expires_at = excluded.expires_at
    )
    SELECT id FROM moved
"""  # noqa: S608 - nothing of it comes from outside


def insert(rows: Sequence[NewExecution], now: datetime) -> dict[str, int]:
    """Create executions; give the ids by key of those whose event was new."""
    found = _execute(_INSERT_ALL, [now, _new(rows)])
    return {key: pk for key, pk, *_ in found}


def start(rows: Sequence[NewExecution], now: datetime) -> Started:
    """Create and count the executions that start whatever else runs."""
    created, guarded = {}, set()
    for key, pk in _execute(_START, [_new(rows), now]):
        if pk is None:
            guarded.add(key)
        else:
            created[key] = pk
    return Started(created, guarded)


def _new(rows: Sequence[NewExecution]) -> str:
    given = [
        {
            "workflow_id": row.workflow_id,
            "version_id": row.version_id,
            "event_key": row.key,
            "context": row.context,
            "manual": row.manual,
            "planned_at": _text(row.planned_at),
            "ancestors": row.ancestors,
            "due_at": _text(row.due_at),
            "ahead": row.ahead,
        }
        for row in rows
    ]
    return dump(given)


def claim(
    owner: int, now: datetime, limit: int, poison: int, ids: Iterable[int] = ()
) -> list[Claimed]:
    """Take runnable executions, the most overdue first; `ids` narrows the choice.

    Deliveries are counted as they are claimed, and `poison` of them are too many.
    """
    narrow = [_array(ids)] if ids else []
    text = _CLAIM_THESE if ids else _CLAIM_ANY
    values = [now, poison, now - LATE, *narrow, limit, owner, now]
    if not connection.in_atomic_block:
        text += _UNHURRIED
    rows = _execute(text, values)
    return [_claimed(row[:17]) for row in sorted(rows, key=lambda row: row[:2])]


def _claimed(row: Sequence[Any]) -> Claimed:
    due, pk, workflow_id, version_id, context, ancestors, *plain, options, frames = row
    parsed = None if options is None else options_from(options)
    chain = json.loads(ancestors)
    values = [pk, workflow_id, version_id, decode(context), chain, *plain, parsed]
    values += [None if frames is None else decode(frames), due]
    return Claimed(*values)


def write(owner: int, moves: Sequence[Move], jobs: Sequence[JobRow]) -> None:
    """Write what a group gained; raise `LostClaims` if some of it is not ours."""
    values = [dump([_move(each) for each in moves]), owner]
    values += [dump([_job(each) for each in jobs]), len(moves)]
    moved = {pk for (pk,) in _execute(_WRITE, values)}
    if len(moved) < len(moves):
        raise LostClaims({each.pk for each in moves} - moved)


def _move(move: Move) -> dict[str, Any]:
    # What is not there is NULL.
    frames = {"frames": move.frames} if move.frames else {}
    return {
        "pk": move.pk,
        "token": move.token,
        "owner": move.owner,
        "status": move.status,
        "reason": move.reason,
        "position": move.position,
        "job_count": move.job_count,
        "deliveries": move.deliveries,
        "due_at": _text(move.due_at),
        "expires_at": _text(move.expires_at),
        "finished_at": _text(move.finished_at),
        **frames,
    }


def _job(job: JobRow) -> dict[str, Any]:
    # What is not there is NULL.
    rare: dict[str, Any] = {"round": job.round} if job.round else {}
    if job.expires_at is not None:
        rare["expires_at"] = _text(job.expires_at)
    return {
        "execution_id": job.execution_id,
        "number": job.number,
        "node_key": job.node_key,
        "node_type": job.node_type,
        "status": job.status,
        "input": job.input,
        "result": job.result,
        "error": job.error,
        "traceback": job.traceback,
        "log": job.log,
        "attempt": job.attempt,
        "started_at": _text(job.started_at),
        "finished_at": _text(job.finished_at),
        **rare,
    }


def _execute(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with _cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _cursor() -> CursorWrapper:
    """Make a cursor that sends values apart from the text, however others do.

    Where the connection has a `prepare_threshold`, PostgreSQL keeps the plans then:
    planning takes as long as these statements themselves.
    """
    wrapper: Any = connection  # The stubs know no back end.
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors:
        plain = wrapper.Database.Cursor(wrapper.connection)
    wrapped: CursorWrapper = wrapper._prepare_cursor(plain)
    return wrapped


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _array(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"
