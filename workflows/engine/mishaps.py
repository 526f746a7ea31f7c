"""What becomes of a node that went wrong: another try, a result, or the end."""

from datetime import UTC, datetime, timedelta
from typing import assert_never

from workflows.attempts import Errored
from workflows.codec import readable
from workflows.contracts import Failed
from workflows.engine.run import Call, Run
from workflows.exceptions import TimedOut
from workflows.node_options import Fault, Mishap, NodeOptions, OnError
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

#: How a job and its execution end by a mishap that nothing softens.
ENDS = {
    Mishap.FAILED: (JobStatus.FAILED, ExecutionStatus.FAILED),
    Mishap.ERROR: (JobStatus.ERROR, ExecutionStatus.ERROR),
}


def fault_of(answer: Failed | Errored) -> Fault:
    match answer:
        case Failed(message, result, retry_after, permanent):
            words = readable(message)
            return Fault(Mishap.FAILED, words, "Failed", permanent, retry_after, result)
        case Errored(message):
            kind, permanent, wish = answer.type, answer.permanent, answer.retry_after
            return Fault(Mishap.ERROR, message, kind, permanent, wish)
        case _ as never:
            assert_never(never)


def took_too_long(timeout: timedelta) -> Errored:
    """Say so of a node that nobody can ask any more."""
    error = TimedOut(timeout)
    return Errored(str(error), "", type(error).__name__)


def is_over(run: Run, job: JobRow) -> bool:
    """Tell whether a node that waits has reached its time limit.

    It has not if something woke it before that, however late a worker has come.
    """
    if job.status != JobStatus.WAITING or job.expires_at is None:
        return False
    if job.replied_at is not None:
        return False
    return (run.woken_at or job.expires_at) >= job.expires_at


def wake_at(
    run: Run, job: JobRow, until: datetime | None, now: datetime
) -> datetime | None:
    """Tell when a node that waits is looked at again: the time limit may come first."""
    limit = limit_of(run.step.options)
    if limit is None:
        return until
    job.expires_at = job.expires_at or now + limit
    return min(until or job.expires_at, job.expires_at)


def limit_of(options: NodeOptions | None) -> timedelta | None:
    return None if options is None else options.timeout


def is_borne(run: Run, job: JobRow, fault: Fault, now: datetime) -> bool:
    """Do what the options of the node say; False: they do not soften the fault.

    Afterwards the run waits for the next try, or has the error as the result of the
    node and is to move on.
    """
    options = run.step.options
    if options is None:
        return False
    again = options.retry and options.retry.next_try(job.attempt, fault, now)
    if again:
        _put_off(job, fault, options, now)
        run.wait(job, again)
        return True
    if options.on_error is OnError.CONTINUE:
        job.status, job.result = JobStatus.CONTINUED, fault.as_result()
        return True
    return False


def _put_off(job: JobRow, fault: Fault, options: NodeOptions, now: datetime) -> None:
    """Let the job wait for its next try; its log keeps when and what went wrong."""
    most = options.retry.attempts if options.retry else job.attempt
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    line = f"Try {job.attempt} of {most} at {moment}: {fault.message}"
    job.status, job.log = JobStatus.RETRYING, joined(job.log, line)
    job.finished_at = job.expires_at = job.replied_at = None


def joined(log: str, more: str) -> str:
    """Add to a log what is not empty."""
    return readable(f"{log}\n{more}" if log and more else log or more)


def raise_if_late(call: Call, ended: datetime) -> None:
    """Raise `TimedOut` if the node took longer than it may."""
    limit = call.node_run.timeout
    if limit is not None and ended - call.node_run.now > limit:
        raise TimedOut(limit)
