"""Advance one execution, node by node, in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from django.db import connection

from workflows.attempts import Errored, attempt, attempt_apart
from workflows.codec import encode, readable
from workflows.conf import settings
from workflows.contracts import (
    Effect,
    Ended,
    Failed,
    NodeResult,
    NodeRun,
    Succeeded,
    Waiting,
)
from workflows.engine.claims import is_innocent
from workflows.engine.run import Call, Outcome, Run
from workflows.exceptions import AnswerNotUnderstood, WorkflowError
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

Clock = Callable[[], datetime]
Halted = Callable[[], bool]

#: Longest reason that is kept, in characters.
REASON_LIMIT = 500


def never() -> bool:
    return False


def advance(
    run: Run, clock: Clock, *, careful: bool = False, halted: Halted = never
) -> None:
    """Run nodes until the execution ends, waits or needs the world outside.

    In the last case the job of the call is begun; the caller commits it, makes the
    call and comes back with its answer. A `careful` run follows a group that the
    database refused: it looks for the node that is to blame. Once `halted` says so,
    no further node begins and the execution is handed back.
    """
    while run.is_going:
        if _has_expired(run, clock()):
            return
        if halted() and not run.has_answer:
            run.outcome = Outcome(ExecutionStatus.QUEUED, due_at=clock())
            return
        if run.at is None:
            run.outcome = Outcome(ExecutionStatus.SUCCEEDED)
        elif run.step.disabled:
            run.add_job(clock(), status=JobStatus.SKIPPED, finished_at=clock())
            _move_on(run, None, run.step.next)
        elif not _perform(run, clock, careful=careful):
            return


def _perform(run: Run, clock: Clock, *, careful: bool) -> bool:
    """Run the node; say whether the execution can go on at once."""
    answer = run.take_answer()
    if answer is not None:
        _settle(run, run.open_job, answer, clock())
        return True
    call = attempt(lambda: _prepare(run, clock()))
    if isinstance(call, Errored):
        _settle(run, None, call, clock())
        return True
    if call.compiled.handler.effect is Effect.OUTSIDE and not call.resumes:
        _begin(run, call, clock())
        return False
    _perform_here(run, call, clock, careful=careful)
    return True


def _prepare(run: Run, now: datetime) -> Call:
    """Evaluate the configuration of the node that is next."""
    compiled = run.version.steps[run.at or ""]
    if isinstance(compiled, WorkflowError):
        raise compiled
    config = compiled.config.render(run.scope(now))
    resumes = run.open_job is not None and run.open_job.status == JobStatus.WAITING
    return Call(compiled, _node_run(run, config, now), resumes=resumes)


def _node_run(run: Run, config: dict[str, Any], now: datetime) -> NodeRun:
    execution, job = run.execution, run.open_job
    waits = job is not None and job.status == JobStatus.WAITING
    number = run.job_count + 1 if job is None else job.number
    return NodeRun(
        config=config,
        now=now,
        key=run.step.key,
        execution_id=execution.pk,
        attempt=1 if job is None else job.attempt + (0 if waits else 1),
        idempotency_key=f"{execution.pk}-{run.step.key}-{number}",
        scope=run.scope(now),
        ancestors=(*execution.ancestors, execution.pk),
        waited=job.result if job is not None and waits else None,
    )


def _perform_here(run: Run, call: Call, clock: Clock, *, careful: bool) -> None:
    started = clock()
    answer = _answer_here(call, careful=careful, last=_is_last(run))
    job = run.open_job
    if job is None:
        status = JobStatus.RUNNING
        job = run.add_job(started, input=_input(call), status=status)
    _settle(run, job, answer, clock())


def _answer_here(call: Call, *, careful: bool, last: bool) -> Any:
    """Run the node here; the database node under a savepoint of its own.

    The savepoint keeps the node's error from its group. A deadlock or a lost
    connection says nothing about the node: it repeats the group, and only the last
    delivery blames the node.
    """
    if call.compiled.handler.effect is not Effect.DATABASE:
        return attempt(lambda: _storable(call()), blame_database=True)
    return attempt_apart(lambda: _checked(call, careful=careful), blame_database=last)


def _checked(call: Call, *, careful: bool) -> NodeResult:
    answer = _storable(call())
    if careful:
        # Some databases check foreign keys at the commit, when it is too late to
        # know which node of the group broke them.
        connection.check_constraints()
    return answer


def _is_last(run: Run) -> bool:
    row = run.execution
    return row.deliveries >= settings().max_deliveries and not is_innocent(row)


def _begin(run: Run, call: Call, now: datetime) -> None:
    """Write down that a call begins, so that an unclear crash is visible as such."""
    run.call = lambda: attempt(lambda: _storable(call()), blame_database=True)
    if run.open_job is None:
        status = JobStatus.RUNNING
        run.open_job = run.add_job(now, input=_input(call), status=status)
    else:
        run.open_job = run.touch(run.open_job)
        run.open_job.attempt = call.node_run.attempt


def _input(call: Call) -> dict[str, Any] | None:
    """Give what expressions evaluated to; constants are in the definition already."""
    config = call.node_run.config
    return {name: config[name] for name, _, _ in call.compiled.config.dynamic} or None


def _settle(
    run: Run, job: JobRow | None, answer: NodeResult | Errored, now: datetime
) -> None:
    """Write the node's answer into its job and find what comes next."""
    if job is None:
        job = run.open_job or run.add_job(now, status=JobStatus.RUNNING)
    job = run.touch(job)
    run.open_job = None
    _write_job(job, answer, now)
    match answer:
        case Succeeded(result, branch):
            _move_on(run, result, run.step.after(branch))
        case Waiting(until):
            run.outcome = Outcome(ExecutionStatus.WAITING, due_at=until)
        case Failed(message):
            run.outcome = Outcome(ExecutionStatus.FAILED, _reason(run, message))
        case Ended(succeeded, message):
            status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
            run.outcome = Outcome(status, readable(message, REASON_LIMIT))
        case Errored(message):
            run.outcome = Outcome(ExecutionStatus.ERROR, _reason(run, message))
        case _ as never:
            assert_never(never)


def _write_job(job: JobRow, answer: NodeResult | Errored, now: datetime) -> None:
    job.finished_at = now
    match answer:
        case Succeeded(result, _, log):
            job.status, job.result, job.log = JobStatus.SUCCEEDED, result, readable(log)
        case Waiting(_, result):
            job.status, job.result, job.finished_at = JobStatus.WAITING, result, None
        case Failed(message, result):
            job.status, job.result = JobStatus.FAILED, result
            job.error = readable(message)
        case Ended(_, message):
            job.status, job.log = JobStatus.SUCCEEDED, readable(message)
        case Errored(message, trace):
            job.status, job.error, job.traceback = JobStatus.ERROR, message, trace
        case _ as never:
            assert_never(never)


def _reason(run: Run, message: str) -> str:
    title = run.step.title or run.step.key
    return readable(f"{title}: {message}", REASON_LIMIT)


def _move_on(run: Run, result: object, following: str | None) -> None:
    run.results[run.step.key] = result
    run.at = following
    if following is None:
        run.outcome = Outcome(ExecutionStatus.SUCCEEDED)


def _has_expired(run: Run, now: datetime) -> bool:
    expires_at = run.execution.expires_at
    if expires_at is None or now < expires_at:
        return False
    if run.open_job is not None:
        job = run.touch(run.open_job)
        job.status, job.finished_at = JobStatus.CANCELLED, now
    run.outcome = Outcome(ExecutionStatus.TIMED_OUT, "took longer than allowed")
    return True


def _storable(answer: NodeResult) -> NodeResult:
    """Refuse what JSON cannot hold, and cut what is too large, with a note."""
    _check_shape(answer)
    if isinstance(answer, Ended):
        return answer
    text = encode(answer.result)
    limit = settings().result_limit
    if len(text) <= limit:
        return answer
    note = f"The result had {len(text)} characters, more than {limit}; it was cut."
    cut = {"cut": text[: limit // 2], "note": note}
    match answer:
        case Succeeded():
            return replace(answer, result=cut, log=f"{answer.log}\n{note}".strip())
        case _:
            return replace(answer, result=cut)


def _check_shape(answer: NodeResult) -> None:
    """Find now, while it belongs to the node, what would fail when it is settled."""
    match answer:
        case Succeeded(branch=branch, log=log):
            hash(branch)
            readable(log)
        case Waiting(until=None):
            return
        case Waiting(until=datetime() as until) if until.utcoffset() is not None:
            return
        case Failed(message=message) | Ended(message=message):
            readable(message)
        case _:
            raise AnswerNotUnderstood(answer)
