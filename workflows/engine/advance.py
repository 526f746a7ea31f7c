"""Advance one execution, node by node, in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import inf
from time import monotonic
from typing import TypeAlias, assert_never

from workflows.attempts import Errored, attempt
from workflows.codec import readable
from workflows.contracts import (
    Effect,
    Ended,
    Failed,
    NodeResult,
    Round,
    Succeeded,
    Waiting,
)
from workflows.engine.answers import storable
from workflows.engine.asking import Clock, answer_here, ask, input_of, prepare
from workflows.engine.frames import Frame
from workflows.engine.mishaps import (
    ENDS,
    fault_of,
    is_borne,
    is_over,
    joined,
    limit_of,
    took_too_long,
    wake_at,
)
from workflows.engine.run import Call, Outcome, Run
from workflows.node_options import Fault
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

#: What ends a node's turn; a round does not.
Final: TypeAlias = Succeeded | Failed | Waiting | Ended | Errored
Halted = Callable[[], bool]

#: Longest reason that is kept, in characters.
REASON_LIMIT = 500


def never() -> bool:
    return False


def advance(
    run: Run,
    clock: Clock,
    *,
    careful: bool = False,
    halted: Halted = never,
    until: float = inf,
) -> None:
    """Run nodes until the execution ends, waits or needs the world outside.

    In the last case the job of the call is begun; the caller commits it, makes the
    call and comes back with its answer. A `careful` run follows a group that the
    database refused: it looks for the node that is to blame. Once `halted` says so,
    no further node begins and the execution is handed back. When it is `until`, by
    the monotonic clock, the execution stops where it is, without an outcome, to be
    committed; it has run a node at least.
    """
    while run.is_going:
        if _has_expired(run, clock()):
            return
        if halted() and not run.has_answer:
            run.outcome = Outcome(ExecutionStatus.QUEUED, due_at=clock())
            return
        if not _step(run, clock, careful=careful):
            return
        # What is tried carefully is tried as a whole, but for loops, which are long.
        if monotonic() >= until and (run.frames or not careful):
            return


def _step(run: Run, clock: Clock, *, careful: bool) -> bool:
    """Do what is next; say whether the execution can go on at once."""
    if run.at is None:
        run.outcome = Outcome(ExecutionStatus.SUCCEEDED)
    elif run.is_back:
        _ask_again(run, clock())
    elif run.step.disabled:
        run.add_job(clock(), status=JobStatus.SKIPPED, finished_at=clock())
        _move_on(run, None, run.step.next)
    else:
        return _perform(run, clock, careful=careful)
    return True


def _perform(run: Run, clock: Clock, *, careful: bool) -> bool:
    """Run the node; say whether the execution can go on at once."""
    answer = run.take_answer()
    job = run.open_job
    if answer is None and job is not None and is_over(run, job):
        limit = limit_of(run.step.options)
        answer = None if limit is None else took_too_long(limit)
    if answer is not None:
        _settle(run, job, answer, clock())
        return True
    call = attempt(lambda: prepare(run, clock()))
    if isinstance(call, Errored):
        _settle(run, _counted(run), call, clock())
        return True
    if call.compiled.effect is Effect.OUTSIDE and call.method == "run":
        _begin(run, call)
        return False
    _perform_here(run, call, clock, careful=careful)
    return True


def _counted(run: Run) -> JobRow | None:
    """Count a try that did not even begin, so that there is no end of them."""
    if run.open_job is None or run.open_job.status != JobStatus.RETRYING:
        return run.open_job
    job = run.touch(run.open_job)
    job.attempt += 1
    return job


def _perform_here(run: Run, call: Call, clock: Clock, *, careful: bool) -> None:
    answer = answer_here(run, call, clock, careful=careful)
    _settle(run, _begun(run, call), answer, clock())


def _begun(run: Run, call: Call) -> JobRow:
    """Give the job of the node that runs: a new one, or that of an earlier try."""
    now = call.node_run.now
    if run.open_job is None:
        return run.add_job(now, input=input_of(call), status=JobStatus.RUNNING)
    job = run.touch(run.open_job)
    job.attempt, job.status = call.node_run.attempt, JobStatus.RUNNING
    return job


def _begin(run: Run, call: Call) -> None:
    """Write down that a call begins, so that an unclear crash is visible as such."""
    run.call = lambda: attempt(lambda: storable(call), blame_database=True)
    run.open_job = _begun(run, call)


def _settle(
    run: Run, job: JobRow | None, answer: NodeResult | Errored, now: datetime
) -> None:
    """Write the node's answer into its job and find what comes next."""
    if job is None:
        job = run.open_job or run.add_job(now, status=JobStatus.RUNNING)
    run.open_job = None
    if isinstance(answer, Round):
        _begin_round(run, job, answer, now)
        return
    if run.is_back:
        run.frames.pop()
    job = run.touch(job)
    _write_job(job, answer, now)
    _follow(run, job, answer, now)


def _follow(run: Run, job: JobRow, answer: Final, now: datetime) -> None:
    match answer:
        case Succeeded(result, branch, output=output):
            if output:
                run.output, run.has_output = result, True
            run.set_variables(result)
            _move_on(run, result, run.step.after(branch))
        case Waiting(until):
            due_at = wake_at(run, job, until, now)
            run.outcome = Outcome(ExecutionStatus.WAITING, due_at=due_at)
        case Failed() | Errored():
            _fail(run, job, fault_of(answer), now)
        case Ended(succeeded, message):
            status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
            _leave_bodies(run, now)
            run.outcome = Outcome(status, readable(message, REASON_LIMIT))
        case _ as never:
            assert_never(never)


def _begin_round(run: Run, job: JobRow, answer: Round, now: datetime) -> None:
    """Go into the body; an empty one has ended at once."""
    limit = limit_of(run.step.options)
    if limit is not None and job.expires_at is None:
        run.touch(job).expires_at = now + limit
    if run.is_back:
        run.frames[-1].begin(answer, run.frames[-1].index + 1)
    else:
        run.frames.append(Frame(run.step.key, job.number, 0))
        run.frames[-1].begin(answer, 0)
    run.at = run.step.branches.get(answer.branch, run.step.key)


def _ask_again(run: Run, now: datetime) -> None:
    """Let the node that loops say what follows the end of its body."""
    job = run.job_of(run.frames[-1])
    limit = limit_of(run.step.options)
    if limit is not None and now >= (job.expires_at or now):
        answer = took_too_long(limit)
    else:
        answer = ask(run, "after_round", now)
    _settle(run, job, answer, now)


def _fail(run: Run, job: JobRow, fault: Fault, now: datetime) -> None:
    """End the execution, unless options or a node that loops around soften the fault.

    The innermost is asked first; one that does not go on fails as well.
    """
    if _is_softened(run, job, fault, now):
        return
    failed_at, (job_status, status) = run.at, ENDS[fault.mishap]
    reason = _reason(run, fault.message)
    while run.frames:
        frame = run.frames[-1]
        run.at = frame.key
        answer = ask(run, "after_failure", now, reason)
        if answer is not None:
            _settle(run, run.job_of(frame), answer, now)
            return
        job = run.touch(run.job_of(frame))
        job.status, job.finished_at = job_status, now
        job.error = f"In round {frame.index + 1}: {reason}"
        run.frames.pop()
        if _is_softened(run, job, replace(fault, message=job.error), now):
            return
    run.at, run.outcome = failed_at, Outcome(status, reason)


def _is_softened(run: Run, job: JobRow, fault: Fault, now: datetime) -> bool:
    """Tell whether the options of the node let the execution live."""
    if not is_borne(run, job, fault, now):
        return False
    if run.is_going:
        _move_on(run, job.result, run.step.next)
    return True


def _leave_bodies(run: Run, now: datetime) -> None:
    """Close what loops, because the whole execution ends inside of it."""
    for frame in run.frames:
        job = run.touch(run.job_of(frame))
        job.status, job.finished_at = JobStatus.CANCELLED, now
    run.frames = []


def _write_job(job: JobRow, answer: Final, now: datetime) -> None:
    job.finished_at = now
    if job.attempt > 1:
        # What went wrong before is in the log.
        job.error = job.traceback = ""
    match answer:
        case Succeeded(result, _, log):
            job.status, job.result = JobStatus.SUCCEEDED, result
            job.log = joined(job.log, log)
        case Waiting(_, result):
            job.status, job.result, job.finished_at = JobStatus.WAITING, result, None
            job.replied_at = None
        case Failed(message, result):
            job.status, job.result = JobStatus.FAILED, result
            job.error = readable(message)
        case Ended(_, message):
            job.status, job.log = JobStatus.SUCCEEDED, joined(job.log, message)
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
    _leave_bodies(run, now)
    run.outcome = Outcome(ExecutionStatus.TIMED_OUT, "took longer than allowed")
    return True
