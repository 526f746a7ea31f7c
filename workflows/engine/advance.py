"""Advance one execution, node by node, in memory."""

from collections.abc import Callable
from math import inf
from time import monotonic

from workflows.attempts import Errored, attempt
from workflows.contracts import Effect
from workflows.engine.answers import storable
from workflows.engine.asking import Clock, answer_here, input_of, prepare
from workflows.engine.mishaps import is_over, limit_of, took_too_long
from workflows.engine.run import Call, Departure, Outcome, Run
from workflows.engine.settling import (
    ask_again,
    end_branch,
    end_late_fork,
    has_expired,
    move_on,
    settle,
)
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

Halted = Callable[[], bool]


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
    run.take_turns()
    while run.is_going:
        if has_expired(run, clock()):
            return
        if halted() and not run.has_answer:
            _hand_back(run, clock)
            return
        if end_late_fork(run, clock()):
            continue
        if not run.find_ready(clock()):
            _rest(run)
            return
        _step(run, clock, careful=careful)
        # What is tried carefully is tried as a whole, but for loops, which are long.
        if monotonic() >= until and (run.root.frames or not careful):
            return


def _hand_back(run: Run, clock: Clock) -> None:
    """Let others go on, unless calls are in flight: their answers come here."""
    if not run.is_calling:
        run.outcome = Outcome(ExecutionStatus.QUEUED, due_at=clock())


def _rest(run: Run) -> None:
    """Let the execution wait for the first of its branches, if none calls outside."""
    if not run.is_calling:
        run.outcome = Outcome(ExecutionStatus.WAITING, due_at=run.next_due)


def _step(run: Run, clock: Clock, *, careful: bool) -> None:
    """Do what is next on the line that is worked on."""
    run.wreck = None
    if run.at is None:
        run.outcome = Outcome(ExecutionStatus.SUCCEEDED)
    elif run.track.is_through:
        end_branch(run, clock())
    elif run.track.is_back:
        ask_again(run, clock())
    elif run.step.disabled:
        run.add_job(clock(), status=JobStatus.SKIPPED, finished_at=clock())
        move_on(run, None, run.step.next)
    else:
        _perform(run, clock, careful=careful)


def _perform(run: Run, clock: Clock, *, careful: bool) -> None:
    """Run the node, or begin its call."""
    answer = run.take_answer()
    job = run.open_job
    if answer is None and job is not None and is_over(run, job):
        limit = limit_of(run.step.options)
        answer = None if limit is None else took_too_long(limit)
    if answer is not None:
        settle(run, job, answer, clock())
        return
    call = attempt(lambda: prepare(run, clock()))
    if isinstance(call, Errored):
        settle(run, _counted(run), call, clock())
        return
    if call.compiled.effect is Effect.OUTSIDE and call.method == "run":
        _begin(run, call)
        return
    _perform_here(run, call, clock, careful=careful)


def _counted(run: Run) -> JobRow | None:
    """Count a try that did not even begin, so that there is no end of them."""
    if run.open_job is None or run.open_job.status != JobStatus.RETRYING:
        return run.open_job
    job = run.touch(run.open_job)
    job.attempt += 1
    return job


def _perform_here(run: Run, call: Call, clock: Clock, *, careful: bool) -> None:
    answer = answer_here(run, call, clock, careful=careful)
    settle(run, _begun(run, call), answer, clock())


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
    run.open_job = job = _begun(run, call)
    limit = call.node_run.timeout
    run.calls.append(Departure(job.number, lambda: _call(call), limit))


def _call(call: Call) -> object:
    return attempt(lambda: storable(call), blame_database=True)
