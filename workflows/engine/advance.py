"""Advance one execution, node by node, in memory."""

import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from django.db import InterfaceError, OperationalError, transaction

from workflows.codec import encode
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
from workflows.engine.compiled import CompiledStep
from workflows.engine.run import Outcome, Run
from workflows.exceptions import ResultNotStorable, WorkflowError
from workflows.models import Job
from workflows.states import ExecutionStatus, JobStatus

Clock = Callable[[], datetime]

#: Longest message and traceback that are kept, in characters.
MESSAGE_LIMIT, TRACEBACK_LIMIT = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Errored:
    """The node raised."""

    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Call:
    """A node ready to run: what a thread needs to run it, and nothing more."""

    compiled: CompiledStep
    node_run: NodeRun
    resumes: bool = False

    def __call__(self) -> NodeResult | Errored:
        handler = self.compiled.handler
        try:
            run = handler.resume if self.resumes else handler.run
            return _storable(run(self.node_run))
        except (OperationalError, InterfaceError):
            # A lost connection or a deadlock says nothing about the node: the group
            # is repeated. Outside nodes have no group, so there it is their error.
            if handler.effect is Effect.OUTSIDE:
                return _errored()
            raise
        except Exception:  # noqa: BLE001 - whatever a node raises belongs to its job
            return _errored()


def _errored() -> Errored:
    """Describe the exception that is being handled."""
    error = sys.exception()
    text = str(error).replace("\0", "") or type(error).__name__
    if not isinstance(error, WorkflowError):
        text = f"{type(error).__name__}: {text}"
    trace = traceback.format_exc().replace("\0", "")
    return Errored(text[:MESSAGE_LIMIT], trace[-TRACEBACK_LIMIT:])


def advance(run: Run, clock: Clock) -> None:
    """Run nodes until the execution ends, waits or needs the world outside.

    In the last case the job of the call is begun; the caller commits it, makes the
    call and comes back with its `answer`.
    """
    while run.is_going:
        if _has_expired(run, clock()):
            return
        if run.at is None:
            run.outcome = Outcome(ExecutionStatus.SUCCEEDED)
        elif run.step.disabled:
            run.add_job(clock(), status=JobStatus.SKIPPED, finished_at=clock())
            _move_on(run, None, run.step.next)
        elif not _perform(run, clock):
            return


def _perform(run: Run, clock: Clock) -> bool:
    """Run the node; say whether the execution can go on at once."""
    answer = run.take_answer()
    if answer is not None:
        _settle(run, run.open_job, answer, clock())
        return True
    prepared = prepare(run, clock())
    if isinstance(prepared, Errored):
        _settle(run, None, prepared, clock())
        return True
    if prepared.compiled.handler.effect is Effect.OUTSIDE and not prepared.resumes:
        _begin(run, prepared, clock())
        return False
    _perform_here(run, prepared, clock)
    return True


def prepare(run: Run, now: datetime) -> Call | Errored:
    """Evaluate the configuration of the node that is next."""
    compiled = run.version.steps[run.at or ""]
    waited = run.open_job if _waits(run.open_job) else None
    try:
        if isinstance(compiled, WorkflowError):
            raise compiled
        config = compiled.config.render(run.scope(now))
    except WorkflowError:
        return _errored()
    return Call(compiled, _node_run(run, config, now), resumes=waited is not None)


def _node_run(run: Run, config: dict[str, Any], now: datetime) -> NodeRun:
    execution, open_job = run.execution, run.open_job
    number = open_job.number if open_job else run.job_count + 1
    repeats = open_job is not None and not _waits(open_job)
    return NodeRun(
        config=config,
        now=now,
        key=run.step.key,
        execution_id=execution.pk,
        attempt=open_job.attempt + 1 if repeats and open_job else 1,
        idempotency_key=f"{execution.pk}-{run.step.key}-{number}",
        scope=run.scope(now),
        ancestors=(*execution.ancestors, execution.pk),
        waited=open_job.result if _waits(open_job) and open_job else None,
    )


def _waits(job: Job | None) -> bool:
    return job is not None and job.status == JobStatus.WAITING


def _perform_here(run: Run, call: Call, clock: Clock) -> None:
    started = clock()
    is_database = call.compiled.handler.effect is Effect.DATABASE
    # The savepoint keeps the error of a database node from its whole group.
    with transaction.atomic() if is_database else nullcontext():
        answer = call()
        if is_database and isinstance(answer, Errored):
            transaction.set_rollback(True)
    job = run.open_job or run.add_job(
        started, input=_input(call), status=JobStatus.RUNNING
    )
    _settle(run, job, answer, clock())


def _begin(run: Run, call: Call, now: datetime) -> None:
    """Write down that a call begins, so that an unclear crash is visible as such."""
    run.call = call
    if run.open_job is None:
        run.open_job = run.add_job(now, input=_input(call), status=JobStatus.RUNNING)
    else:
        run.open_job = run.touch(run.open_job)
        run.open_job.attempt = call.node_run.attempt


def _input(call: Call) -> dict[str, Any] | None:
    """Give what expressions evaluated to; constants are in the definition already."""
    config = call.node_run.config
    return {name: config[name] for name, _, _ in call.compiled.config.dynamic} or None


def _settle(
    run: Run, job: Job | None, answer: NodeResult | Errored, now: datetime
) -> None:
    """Write the node's answer into its job and find what comes next."""
    if job is None:
        job = run.add_job(now, status=JobStatus.RUNNING)
    job = run.touch(job)
    run.open_job = None
    job.finished_at = now
    match answer:
        case Succeeded(result, branch, log):
            job.status, job.result, job.log = JobStatus.SUCCEEDED, result, log
            _move_on(run, result, run.step.after(branch))
        case Waiting(until, result):
            job.status, job.result, job.finished_at = JobStatus.WAITING, result, None
            run.outcome = Outcome(ExecutionStatus.WAITING, due_at=until)
        case Failed(message, result):
            job.status, job.result, job.error = JobStatus.FAILED, result, message
            run.outcome = Outcome(ExecutionStatus.FAILED, _reason(run, message))
        case Ended(succeeded, message):
            job.status, job.log = JobStatus.SUCCEEDED, message
            status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
            run.outcome = Outcome(status, message[:500])
        case Errored(message, trace):
            job.status, job.error, job.traceback = JobStatus.ERROR, message, trace
            run.outcome = Outcome(ExecutionStatus.ERROR, _reason(run, message))
        case _ as never:
            assert_never(never)


def _reason(run: Run, message: str) -> str:
    title = run.step.title or run.step.key
    return f"{title}: {message}"[:500]


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
    if isinstance(answer, Ended):
        return answer
    text = encode(answer.result)
    limit = settings().result_limit
    if len(text) <= limit:
        return answer
    if not isinstance(answer, Succeeded):
        raise ResultNotStorable(f"{len(text)} bytes are more than {limit}")  # noqa: TRY003 - facts in
    note = f"The result had {len(text)} bytes, more than {limit}; it was cut."
    log = f"{answer.log}\n{note}".strip()
    return replace(answer, result={"cut": text[: limit // 2]}, log=log)
