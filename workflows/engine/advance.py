"""Advance one execution, node by node, in memory."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import inf
from time import monotonic
from typing import Any, TypeAlias, assert_never

from django.db import connection

from workflows.attempts import Errored, attempt, attempt_apart
from workflows.codec import readable
from workflows.conf import settings
from workflows.contracts import (
    Effect,
    Ended,
    Failed,
    NodeResult,
    NodeRun,
    PastRound,
    Round,
    Succeeded,
    Waiting,
)
from workflows.engine.answers import storable, storable_or_none
from workflows.engine.claims import is_innocent
from workflows.engine.frames import Frame
from workflows.engine.replies import reply_to
from workflows.engine.run import Call, Outcome, Run
from workflows.exceptions import LoopsTooDeep, NodeRaised
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

#: What ends a node's turn; a round does not.
Final: TypeAlias = Succeeded | Failed | Waiting | Ended | Errored
Clock = Callable[[], datetime]
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
    if answer is not None:
        _settle(run, run.open_job, answer, clock())
        return True
    call = attempt(lambda: _prepare(run, clock()))
    if isinstance(call, Errored):
        _settle(run, None, call, clock())
        return True
    if call.compiled.effect is Effect.OUTSIDE and call.method == "run":
        _begin(run, call, clock())
        return False
    _perform_here(run, call, clock, careful=careful)
    return True


def _prepare(run: Run, now: datetime) -> Call:
    """Evaluate the configuration of the node that is next."""
    compiled = run.compiled
    if compiled.handler.loops and len(run.frames) >= LoopsTooDeep.MOST:
        raise LoopsTooDeep
    scope = run.scope(now)
    config = compiled.config.render(scope)
    resumes = run.open_job is not None and run.open_job.status == JobStatus.WAITING
    method = "resume" if resumes else "run"
    return Call(compiled, _node_run(run, run.open_job, config, scope), method)


def _node_run(
    run: Run,
    job: JobRow | None,
    config: Mapping[str, Any],
    scope: Mapping[str, Any],
    past: PastRound | None = None,
) -> NodeRun:
    execution = run.execution
    waits = job is not None and job.status == JobStatus.WAITING
    number = run.job_count + 1 if job is None else job.number
    return NodeRun(
        config=config,
        now=scope["now"],
        key=run.step.key,
        execution_id=execution.pk,
        number=number,
        attempt=1 if job is None else job.attempt + (0 if waits else 1),
        idempotency_key=f"{execution.pk}-{run.step.key}-{number}",
        scope=scope,
        ancestors=(*execution.ancestors, execution.pk),
        waited=job.result if job is not None and waits else None,
        reply=reply_to(job) if waits else None,
        past=past,
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
    """Run the node here; the careful run of a database node under a savepoint.

    The savepoint costs two round trips, and most nodes do not raise: in a group one
    that does ends the transaction, and its execution is run again carefully. A deadlock
    or a lost connection says nothing about the node: it repeats the group, and only the
    last delivery blames the node.

    Raises `NodeRaised`.
    """
    if call.compiled.effect is not Effect.DATABASE:
        return attempt(lambda: storable(call), blame_database=True)
    if careful:
        return attempt_apart(lambda: _checked(call), blame_database=last)
    answer = attempt(lambda: storable(call))
    if isinstance(answer, Errored):
        raise NodeRaised(answer.message)
    return answer


def _checked(call: Call) -> NodeResult:
    answer = storable(call)
    # Some databases check foreign keys at the commit, when it is too late to know
    # which node of the group broke them.
    connection.check_constraints()
    return answer


def _is_last(run: Run) -> bool:
    row = run.execution
    return row.deliveries >= settings().max_deliveries and not is_innocent(row)


def _begin(run: Run, call: Call, now: datetime) -> None:
    """Write down that a call begins, so that an unclear crash is visible as such."""
    run.call = lambda: attempt(lambda: storable(call), blame_database=True)
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
    run.open_job = None
    if isinstance(answer, Round):
        _begin_round(run, job, answer)
        return
    if run.is_back:
        run.frames.pop()
    _write_job(run.touch(job), answer, now)
    _follow(run, answer, now)


def _follow(run: Run, answer: Final, now: datetime) -> None:
    match answer:
        case Succeeded(result, branch, output=output):
            if output:
                run.output, run.has_output = result, True
            run.set_variables(result)
            _move_on(run, result, run.step.after(branch))
        case Waiting(until):
            run.outcome = Outcome(ExecutionStatus.WAITING, due_at=until)
        case Failed(message):
            _fail(run, Outcome(ExecutionStatus.FAILED, _reason(run, message)), now)
        case Ended(succeeded, message):
            status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
            _leave_bodies(run, now)
            run.outcome = Outcome(status, readable(message, REASON_LIMIT))
        case Errored(message):
            _fail(run, Outcome(ExecutionStatus.ERROR, _reason(run, message)), now)
        case _ as never:
            assert_never(never)


def _begin_round(run: Run, job: JobRow, answer: Round) -> None:
    """Go into the body; an empty one has ended at once."""
    if run.is_back:
        run.frames[-1].begin(answer, run.frames[-1].index + 1)
    else:
        run.frames.append(Frame(run.step.key, job.number, 0))
        run.frames[-1].begin(answer, 0)
    run.at = run.step.branches.get(answer.branch, run.step.key)


def _ask_again(run: Run, now: datetime) -> None:
    """Let the node that loops say what follows the end of its body."""
    answer = _ask(run, "after_round", now)
    _settle(run, run.job_of(run.frames[-1]), answer, now)


def _ask(run: Run, method: str, now: datetime, failure: str = "") -> Any:
    """Ask the innermost node that loops, which is where the run is."""
    frame = run.frames[-1]

    def ask() -> NodeResult | None:
        config, past = run.config_of(frame), frame.past(failure)
        node_run = _node_run(run, run.job_of(frame), config, run.scope(now), past)
        call = Call(run.compiled, node_run, method)
        return storable_or_none(call) if failure else storable(call)

    return attempt(ask, blame_database=_is_last(run))


def _fail(run: Run, outcome: Outcome, now: datetime) -> None:
    """End the execution, unless a node that loops around the failed one goes on.

    The innermost is asked first; one that does not go on fails as well.
    """
    failed_at = run.at
    while run.frames:
        frame = run.frames[-1]
        run.at = frame.key
        answer = _ask(run, "after_failure", now, outcome.reason)
        if answer is not None:
            _settle(run, run.job_of(frame), answer, now)
            return
        job = run.touch(run.job_of(frame))
        job.status, job.finished_at = JobStatus(outcome.status), now
        job.error = f"In round {frame.index + 1}: {outcome.reason}"
        run.frames.pop()
    run.at, run.outcome = failed_at, outcome


def _leave_bodies(run: Run, now: datetime) -> None:
    """Close what loops, because the whole execution ends inside of it."""
    for frame in run.frames:
        job = run.touch(run.job_of(frame))
        job.status, job.finished_at = JobStatus.CANCELLED, now
    run.frames = []


def _write_job(job: JobRow, answer: Final, now: datetime) -> None:
    job.finished_at = now
    match answer:
        case Succeeded(result, _, log):
            job.status, job.result, job.log = JobStatus.SUCCEEDED, result, readable(log)
        case Waiting(_, result):
            job.status, job.result, job.finished_at = JobStatus.WAITING, result, None
            job.replied_at = None
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
    _leave_bodies(run, now)
    run.outcome = Outcome(ExecutionStatus.TIMED_OUT, "took longer than allowed")
    return True
