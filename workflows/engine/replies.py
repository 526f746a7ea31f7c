"""Replies to waiting nodes: they come by `services.resume`, whatever is under way."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from workflows.contracts import Reply
from workflows.engine.run import Run
from workflows.exceptions import LostClaims
from workflows.models import Execution, Job
from workflows.statements import JobRow
from workflows.states import LISTENING_JOBS, ExecutionStatus, JobStatus

#: An execution and the number of one of its jobs.
Address = tuple[int, int]


def reply_to(job: JobRow | None) -> Reply | None:
    if job is None or job.replied_at is None:
        return None
    return Reply(job.reply, job.replied_at)


def keep_reply(address: Address, value: Any, now: datetime) -> bool:
    """Write a reply into the job that it is for; False if nobody waits for one.

    To be called with the execution locked. If it waits, it is due now; a worker that
    has it looks for replies when it writes.
    """
    execution, number = address
    listening = Job.objects.filter(
        execution=execution, number=number, status__in=LISTENING_JOBS, replied_at=None
    )
    if not listening.update(reply=value, replied_at=now):
        return False
    waiting = Execution.objects.filter(pk=execution, status=ExecutionStatus.WAITING)
    waiting.update(due_at=now)
    return True


def hear(runs: Iterable[Run]) -> None:
    """Take replies to branches that wait while other branches keep a worker busy."""
    waiting = {
        _address(job): job
        for run in runs
        for job in run.stored
        if job.status == JobStatus.WAITING and job.replied_at is None
    }
    for address in _replied(list(waiting)) if waiting else ():
        stored = Job.objects.get(execution=address[0], number=address[1])
        waiting[address].reply = stored.reply
        waiting[address].replied_at = stored.replied_at


def listen(runs: Sequence[Run], now: datetime) -> list[Address]:
    """Let no reply be lost that came while the executions were worked on.

    Called when their rows are written and so locked: a later reply finds them as they
    are now. Who begins to wait goes on at once if there is a reply already. Who stopped
    waiting without having seen one is run again, with it: raises `LostClaims`. Gives
    the jobs that wait no more and never had a reply.
    """
    _forget_heard(runs)
    waiting, closed = _waiting(runs), _closed(runs)
    if not waiting and not closed:
        return []
    replied = _replied([*waiting, *closed])
    if unheard := {pk for pk, number in closed if (pk, number) in replied}:
        raise LostClaims(unheard)
    if told := {pk for pk, _ in replied}:
        # Only those that wait: others look again when they are written next.
        rows = Execution.objects.filter(pk__in=told, status=ExecutionStatus.WAITING)
        rows.update(due_at=now)
    return closed


def _waiting(runs: Iterable[Run]) -> list[Address]:
    """List the jobs that wait from now on, also those of branches that did before."""
    return [
        _address(job)
        for run in runs
        for job in (*run.new_jobs, *run.changed_jobs, *_left_alone(run))
        if job.status == JobStatus.WAITING
    ]


def _left_alone(run: Run) -> Iterable[JobRow]:
    if not run.forked():
        return []
    return [job for job in run.stored if run.latest(job) is job]


def _closed(runs: Iterable[Run]) -> list[Address]:
    """List the jobs that waited, had no reply that was known, and wait no more."""
    return [
        _address(job)
        for run in runs
        for job in run.stored
        if job.status == JobStatus.WAITING
        and job.replied_at is None
        and run.latest(job).status != JobStatus.WAITING
    ]


def _forget_heard(runs: Iterable[Run]) -> None:
    """Make room for the next reply where a node took one and will wait again."""
    for run in runs:
        heard = [
            job.number
            for job in run.stored
            if job.status == JobStatus.WAITING
            and job.replied_at is not None
            and run.latest(job).status in {JobStatus.WAITING, JobStatus.RETRYING}
            and run.latest(job).replied_at is None
        ]
        if heard:
            jobs = Job.objects.filter(execution=run.execution.pk, number__in=heard)
            jobs.update(reply=None, replied_at=None)


def _replied(addresses: Sequence[Address]) -> set[Address]:
    found = Job.objects.filter(
        execution__in={pk for pk, _ in addresses},
        # By number as well: of an execution that loops there are thousands.
        number__in={number for _, number in addresses},
        replied_at__isnull=False,
    )
    return set(found.values_list("execution", "number")) & set(addresses)


def _address(job: JobRow) -> Address:
    return job.execution_id, job.number
