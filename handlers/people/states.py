"""The states of what people are asked, and the one table of allowed moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class TaskState(models.TextChoices):
    """Where a task is between its question and its end."""

    OPEN = "open", pgettext_lazy("task", "Open")  #: Answers are taken.
    DONE = "done", pgettext_lazy("task", "Done")  #: The answers decided it.
    EXPIRED = "expired", pgettext_lazy("task", "Expired")  #: Its deadline came first.
    CANCELLED = (
        "cancelled",
        pgettext_lazy("task", "Cancelled"),
    )  #: Its execution waits for it no more.


class ShareState(models.TextChoices):
    """Where the share of one person in a task is."""

    OPEN = "open", pgettext_lazy("task", "Open")  #: The person may answer.
    ANSWERED = "answered", pgettext_lazy("task", "Answered")  #: The person has.
    HANDED_OVER = (
        "handed_over",
        pgettext_lazy("task", "Handed over"),
    )  #: Somebody else answers instead.
    CLOSED = (
        "closed",
        pgettext_lazy("task", "Closed"),
    )  #: The task ended without this answer.


class Rule(models.TextChoices):
    """How many answers decide."""

    ONE = "one", _("the first answer decides")
    ANY = "any", _("one yes is enough, no needs all")
    ALL = "all", _("yes needs all, one no is enough")
    PART = "part", _("yes needs a part of all")


class Escalation(models.TextChoices):
    """What becomes of those who have not answered in time."""

    ADD = "add", _("are asked as well")
    REPLACE = "replace", _("are asked instead of those who have not answered")


_S = TaskState
#: From each state the states that may follow.
TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    _S.OPEN: frozenset({_S.DONE, _S.EXPIRED, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}


def sources(target: TaskState) -> frozenset[TaskState]:
    """Tell from which states a task may move to `target`."""
    return frozenset(s for s, targets in TRANSITIONS.items() if target in targets)
