"""The states of a work and of its runs, and the one table of allowed moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class WorkState(models.TextChoices):
    """Where a work is between its start and its end."""

    ENQUEUED = "enqueued", _("Enqueued")  #: Waits for its time or its conditions.
    RUNNING = "running", pgettext_lazy("work", "Running")  #: A worker has claimed it.
    RETRY = "retry", _("Retry")  #: It failed, and runs again after a pause.
    SUCCEEDED = "succeeded", pgettext_lazy("work", "Succeeded")  #: It has done all.
    FAILED = "failed", pgettext_lazy("work", "Failed")  #: It failed, and that is it.
    CANCELLED = "cancelled", pgettext_lazy("work", "Cancelled")  #: Somebody stopped it.


class RunState(models.TextChoices):
    """How one run of a work ended."""

    RUNNING = "running", pgettext_lazy("work", "Running")  #: It is under way.
    SUCCEEDED = "succeeded", pgettext_lazy("work", "Succeeded")  #: Without an error.
    FAILED = "failed", pgettext_lazy("work", "Failed")  #: ErrorMessage was set.
    STOPPED = (
        "stopped",
        pgettext_lazy("work", "Stopped"),
    )  #: Broken off; it counts as no failure.
    LOST = "lost", _("Lost")  #: Its worker died under it.


class Kind(models.TextChoices):
    """What kind of work it is."""

    ONCE = "once", _("once")  #: StartWork.
    PERIODIC = "periodic", _("periodic")  #: StartPeriodicWork.
    DOWNLOAD = "download", _("download")  #: StartDownloadWorkRequest.
    UPLOAD = "upload", _("upload")  #: StartUploadWorkRequest.


_S = WorkState
#: From each state the states that may follow. FAILED goes on only by a person.
TRANSITIONS: dict[WorkState, frozenset[WorkState]] = {
    _S.ENQUEUED: frozenset({_S.RUNNING, _S.FAILED, _S.CANCELLED}),
    _S.RUNNING: frozenset(
        {_S.ENQUEUED, _S.RETRY, _S.SUCCEEDED, _S.FAILED, _S.CANCELLED}
    ),
    _S.RETRY: frozenset({_S.RUNNING, _S.FAILED, _S.CANCELLED}),
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset({_S.ENQUEUED}),
    _S.CANCELLED: frozenset(),
}
FINAL = frozenset({_S.SUCCEEDED, _S.FAILED, _S.CANCELLED})
UNFINISHED = frozenset(WorkState) - FINAL
#: What a worker may claim.
WAITING = frozenset({_S.ENQUEUED, _S.RETRY})


def sources(target: WorkState) -> frozenset[WorkState]:
    """Tell from which states a work may move to `target`."""
    return frozenset(s for s, targets in TRANSITIONS.items() if target in targets)
