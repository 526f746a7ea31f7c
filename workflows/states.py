"""The states of executions and jobs, and the one table of allowed moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExecutionStatus(models.TextChoices):
    """Where an execution is between its event and its end."""

    QUEUED = "queued", _("Queued")  #: Created by a trigger, not yet claimed.
    RUNNING = "running", _("Running")  #: A worker has claimed it.
    WAITING = "waiting", _("Waiting")  #: A node waits for a moment or an event.
    SUCCEEDED = "succeeded", _("Succeeded")  #: Its last node finished.
    FAILED = "failed", _("Failed")  #: A node said no: a business failure.
    ERROR = "error", _("Error")  #: A node raised, or the execution was parked.
    CANCELLED = "cancelled", _("Cancelled")  #: Somebody stopped it.
    TIMED_OUT = "timed_out", _("Timed out")  #: It took longer than allowed.
    REJECTED = "rejected", _("Rejected")  #: Its start was refused: a cycle, a policy.
    MISSED = "missed", _("Missed")  #: Its moment passed while nothing was running.


class JobStatus(models.TextChoices):
    """Where one run of a node is."""

    RUNNING = "running", _("Running")  #: An outside effect is under way.
    WAITING = "waiting", _("Waiting")  #: The node waits for a moment or an event.
    RETRYING = "retrying", _("Will retry")  #: A try went wrong; the next one is due.
    SUCCEEDED = "succeeded", _("Succeeded")  #: The node has a result.
    CONTINUED = "continued", _("Went on")  #: The node failed; its error is its result.
    FAILED = "failed", _("Failed")  #: The node said no.
    ERROR = "error", _("Error")  #: The node raised; the message says why.
    CANCELLED = "cancelled", _("Cancelled")  #: Its execution ended before it did.
    SKIPPED = "skipped", _("Skipped")  #: The node is disabled.


_S = ExecutionStatus
#: From each state the states that may follow. A state without followers is final.
TRANSITIONS: dict[ExecutionStatus, frozenset[ExecutionStatus]] = {
    _S.QUEUED: frozenset({_S.RUNNING, _S.ERROR, _S.CANCELLED, _S.TIMED_OUT}),
    _S.RUNNING: frozenset(
        {
            _S.QUEUED,
            _S.WAITING,
            _S.SUCCEEDED,
            _S.FAILED,
            _S.ERROR,
            _S.CANCELLED,
            _S.TIMED_OUT,
        }
    ),
    _S.WAITING: frozenset({_S.RUNNING, _S.QUEUED, _S.CANCELLED, _S.TIMED_OUT}),
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset(),
    _S.ERROR: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.TIMED_OUT: frozenset(),
    _S.REJECTED: frozenset(),
    _S.MISSED: frozenset(),
}

#: Jobs that wait for a reply, or may be about to.
LISTENING_JOBS = frozenset({JobStatus.RUNNING, JobStatus.WAITING})
#: Jobs that have not ended.
OPEN_JOBS = LISTENING_JOBS | {JobStatus.RETRYING}
FINAL = frozenset(status for status, after in TRANSITIONS.items() if not after)
UNFINISHED = frozenset(TRANSITIONS) - FINAL
#: Ends that somebody should look at.
WRONG = frozenset({_S.FAILED, _S.ERROR, _S.TIMED_OUT})


def sources(target: ExecutionStatus) -> frozenset[ExecutionStatus]:
    """Tell from which states an execution may move to `target`."""
    return frozenset(s for s, targets in TRANSITIONS.items() if target in targets)
