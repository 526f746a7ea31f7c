"""Which tasks wait for somebody now, and for whom."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from handlers.people.models import HumanTask, TaskShare
from handlers.people.states import ShareState, TaskState

#: Tasks that are counted at most: the top of every page counts them.
MOST = 100
#: People who are named at most.
NAMED = 5


def to_do(shares: "QuerySet[TaskShare]") -> "QuerySet[TaskShare]":
    """Keep the shares that can be answered: in time, and their workflows wait."""
    forsaken = HumanTask.objects.forsaken().filter(pk=OuterRef("task"))
    in_time = Q(task__due_at=None) | Q(task__due_at__gt=timezone.now())
    open_ones = shares.filter(state=ShareState.OPEN, task__state=TaskState.OPEN)
    return open_ones.filter(in_time, ~Exists(forsaken))


def count_open(user: Any) -> dict[str, int]:
    """Count what somebody is to do, and what of it they have not opened yet."""
    mine = to_do(TaskShare.objects.filter(user=user.pk))
    seen = mine.order_by("-pk").values_list("seen_at", flat=True)[:MOST]
    moments = list(seen)
    return {"open": len(moments), "new": sum(each is None for each in moments)}


def people_asked(task: HumanTask) -> str:
    """Name those whose answer a task waits for."""
    shares = TaskShare.objects.filter(task=task, state=ShareState.OPEN).order_by("pk")
    names = list(shares.values_list("name", flat=True)[: NAMED + 1])
    people = ", ".join([*names[:NAMED], "…"] if names[NAMED:] else names)
    return _("an answer of %(people)s") % {"people": people or "–"}
