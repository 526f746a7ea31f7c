"""Settle what a node has answered: its job, and where the execution goes from there."""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, assert_never

from workflows.attempts import Errored
from workflows.codec import readable
from workflows.contracts import (
    Ended,
    Failed,
    Fork,
    NodeResult,
    Round,
    Succeeded,
    Waiting,
)
from workflows.engine.asking import ask, ask_fork
from workflows.engine.forks import begin_fork, close, close_branches, set_limit
from workflows.engine.frames import Frame
from workflows.engine.mishaps import (
    ENDS,
    fault_of,
    is_borne,
    joined,
    limit_of,
    took_too_long,
    wake_at,
)
from workflows.engine.run import Outcome, Run
from workflows.exceptions import ForkUndecided
from workflows.node_options import Fault
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

#: What ends a node's turn; a round or a fork does not.
Final: TypeAlias = Succeeded | Failed | Waiting | Ended | Errored

#: Longest reason that is kept, in characters.
REASON_LIMIT = 500


def settle(
    run: Run, job: JobRow | None, answer: NodeResult | Errored, now: datetime
) -> None:
    """Write the node's answer into its job and find what comes next."""
    if job is None:
        job = run.open_job or run.add_job(now, status=JobStatus.RUNNING)
    run.open_job = None
    if isinstance(answer, Round):
        _begin_round(run, job, answer, now)
        return
    if isinstance(answer, Fork):
        begin_fork(run, job, answer, now)
        return
    if run.track.is_back:
        if isinstance(answer, Failed | Errored):
            run.note_wreck()
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
            move_on(run, result, run.step.after(branch))
        case Waiting(until):
            run.wait(job, wake_at(run, job, until, now))
        case Failed() | Errored():
            fail(run, job, fault_of(answer), now)
        case Ended(succeeded, message):
            status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
            close(run, run.root, now)
            run.track = run.root
            run.outcome = Outcome(status, readable(message, REASON_LIMIT))
        case _ as never:
            assert_never(never)


def _begin_round(run: Run, job: JobRow, answer: Round, now: datetime) -> None:
    """Go into the body; an empty one has ended at once."""
    set_limit(run, job, now)
    if run.track.is_back:
        run.frames[-1].begin(answer, run.frames[-1].index + 1)
    else:
        run.frames.append(Frame(run.step.key, job.number, 0))
        run.frames[-1].begin(answer, 0)
    run.at = run.step.branches.get(answer.branch, run.step.key)


def ask_again(run: Run, now: datetime) -> None:
    """Let the node that loops say what follows the end of its body."""
    job = run.job_of(run.frames[-1])
    limit = limit_of(run.step.options)
    if limit is not None and now >= (job.expires_at or now):
        answer = took_too_long(limit)
    else:
        answer = ask(run, "after_round", now)
    settle(run, job, answer, now)


def fail(run: Run, job: JobRow, fault: Fault, now: datetime) -> None:
    """End the execution, unless options or a node that loops around soften the fault.

    The innermost is asked first; one that does not go on fails as well.
    """
    if _is_softened(run, job, fault, now):
        return
    run.note_wreck()
    failed_at, (job_status, status) = run.at, ENDS[fault.mishap]
    reason = _reason(run, fault.message)
    while run.frames:
        frame = run.frames[-1]
        run.at = frame.key
        answer = ask(run, "after_failure", now, reason)
        if answer is not None:
            settle(run, run.job_of(frame), answer, now)
            return
        job = run.touch(run.job_of(frame))
        job.status, job.finished_at = job_status, now
        job.error = f"In round {frame.index + 1}: {reason}"
        run.frames.pop()
        if _is_softened(run, job, replace(fault, message=job.error), now):
            return
    if run.track.parent is not None:
        end_branch(run, now, replace(fault, message=reason))
        return
    run.at, run.outcome = failed_at, Outcome(status, reason)


def _is_softened(run: Run, job: JobRow, fault: Fault, now: datetime) -> bool:
    """Tell whether the options of the node let the execution live."""
    if not is_borne(run, job, fault, now):
        return False
    if job.status == JobStatus.CONTINUED:
        move_on(run, job.result, run.step.next)
    return True


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


def move_on(run: Run, result: object, following: str | None) -> None:
    run.results[run.step.key] = result
    run.track.last = run.step.key
    run.at = following
    if following is None:
        run.outcome = Outcome(ExecutionStatus.SUCCEEDED)


def end_branch(run: Run, now: datetime, fault: Fault | None = None) -> None:
    """Let the fork say what the end of a branch means; with `fault` it has failed."""
    track = run.track
    track.end, track.reason = fault is None, fault.message if fault else ""
    track.open_job, track.due_at = None, None
    run.track = track.parent or run.root
    frame = run.frames[-1]
    answer = ask_fork(run, track.branch, now)
    if isinstance(answer, Waiting) and any(each.end is None for each in frame.tracks):
        return
    close_branches(run, frame, now)
    if answer is not None and not isinstance(answer, Waiting):
        settle(run, run.job_of(frame), answer, now)
    else:
        _pass_on(run, frame, fault, now)


def _pass_on(run: Run, frame: Frame, fault: Fault | None, now: datetime) -> None:
    """Let the fork fail as its branch did."""
    if fault is None:
        undecided = Errored(str(ForkUndecided()), "", ForkUndecided.__name__)
        settle(run, run.job_of(frame), undecided, now)
        return
    run.frames.pop()
    job = run.touch(run.job_of(frame))
    job.status, job.finished_at = ENDS[fault.mishap][0], now
    job.error = fault.message
    fail(run, job, fault, now)


def end_late_fork(run: Run, now: datetime) -> bool:
    """End the outermost fork that is over its time limit; say whether there was one."""
    for track in run.forked():
        job = run.job_of(track.frames[-1])
        limit = limit_of(run.version.plain[job.node_key].options)
        if limit is not None and job.expires_at is not None and now >= job.expires_at:
            run.track, run.wreck = track, run.root.stored_frames()
            close_branches(run, track.frames[-1], now)
            settle(run, job, took_too_long(limit), now)
            return True
    return False


def has_expired(run: Run, now: datetime) -> bool:
    """End an execution that takes longer than allowed; say whether it does."""
    expires_at = run.execution.expires_at
    if expires_at is None or now < expires_at:
        return False
    run.wreck = run.root.stored_frames()
    close(run, run.root, now)
    run.track = run.root
    run.outcome = Outcome(ExecutionStatus.TIMED_OUT, "took longer than allowed")
    return True
