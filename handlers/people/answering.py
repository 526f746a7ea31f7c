"""Answers to a task: taken once each; the deciding one lets the workflow go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from handlers.people import outcomes
from handlers.people.asking import add_people
from handlers.people.assignees import PersonCannotAnswer, name_of
from handlers.people.deciding import Vote, decided
from handlers.people.models import HumanTask, TaskNote, TaskShare
from handlers.people.states import ShareState, TaskState
from workflows import services
from workflows.exceptions import WorkflowError
from workflows.harmless import harmless

#: Longest comment, in characters.
COMMENT = 5_000


class TaskEnded(WorkflowError):
    """A task that takes no answers any more."""

    def __init__(self, title: str) -> None:
        sentence = gettext(
            "The task “%(title)s” has ended and takes no answers any more."
        )
        super().__init__(sentence % {"title": title[:100]})


class ShareEnded(WorkflowError):
    """A share that was answered, handed over or closed."""

    def __init__(self, name: str, state: str) -> None:
        sentence = gettext("The share of %(name)s in the task has ended: %(state)s.")
        super().__init__(sentence % {"name": name, "state": state})


class OutcomeUnknown(WorkflowError):
    """An outcome that the task does not offer."""

    def __init__(self, name: str, known: list[str]) -> None:
        sentence = gettext(
            "The task cannot be answered with '%(name)s'. It takes: %(known)s."
        )
        super().__init__(sentence % {"name": name[:60], "known": ", ".join(known)})


class HasAShare(WorkflowError):
    """Somebody who is asked already, to whom a task was to be handed over."""

    def __init__(self, name: str) -> None:
        sentence = gettext(
            "The task cannot be handed over to %(name)s: they have it already."
        )
        super().__init__(sentence % {"name": name})


class StaysWithPerson(WorkflowError):
    """A task whose workflow does not let it be handed over."""

    def __init__(self, title: str) -> None:
        sentence = gettext("The task “%(title)s” must not be handed over.")
        super().__init__(sentence % {"title": title[:100]})


@dataclass(frozen=True)
class Answer:
    """What somebody answers; the values are cleaned by the form of the task."""

    outcome: str
    values: Mapping[str, Any]
    comment: str = ""


def answer(share: TaskShare, given: Answer, user: Any, now: datetime) -> HumanTask:
    """Take the answer of a share; raise a `WorkflowError` if it comes too late.

    `user` is who answers, for the person of the share or as that person. Answers to one
    task come one after the other, and the deciding one is heard by the engine or not
    taken at all.
    """
    with transaction.atomic():
        task = _open_task(share.task_id, now)
        share = _open_share(share.pk)
        chosen = outcomes.find(task.outcomes, given.outcome)
        if chosen is None:
            known = [each["name"] for each in task.outcomes]
            raise OutcomeUnknown(given.outcome, known)
        share.state, share.outcome = ShareState.ANSWERED, given.outcome
        share.values, share.answered_at = dict(given.values), now
        share.comment = harmless(given.comment, COMMENT)
        share.answered_by = "" if share.user_id == user.pk else name_of(user)
        share.save()
        _decide(task, now)
    return task


def _open_task(pk: int, now: datetime) -> HumanTask:
    """Lock a task, and make sure that its workflow still waits for it."""
    task = HumanTask.objects.select_for_update().get(pk=pk)
    is_late = task.due_at is not None and now >= task.due_at
    if not task.is_open or is_late:
        raise TaskEnded(task.title)
    if HumanTask.objects.forsaken().filter(pk=pk).exists():
        raise TaskEnded(task.title)
    return task


def _open_share(pk: int) -> TaskShare:
    share = TaskShare.objects.select_for_update().get(pk=pk)
    if share.state != ShareState.OPEN:
        raise ShareEnded(share.name, str(share.get_state_display()))
    return share


def _decide(task: HumanTask, now: datetime) -> None:
    """End the task if the answers decide it, and tell the engine."""
    counted = task.shares.exclude(state=ShareState.HANDED_OVER)
    votes = [
        Vote(share.outcome, _is_yes(task, share.outcome))
        for share in counted.filter(state=ShareState.ANSWERED).order_by("answered_at")
    ]
    order = [each["name"] for each in task.outcomes]
    people = counted.count()
    outcome = decided(task.rule, task.percent, people, votes, order)
    if outcome is None:
        return
    HumanTask.objects.filter(pk=task.pk).move(
        TaskState.DONE, outcome=outcome, finished_at=now
    )
    task.shares.filter(state=ShareState.OPEN).update(state=ShareState.CLOSED)
    told = {"task": task.pk, "outcome": outcome}
    if not services.resume(task.execution_id, task.number, told, now):
        raise TaskEnded(task.title)
    task.refresh_from_db()


def _is_yes(task: HumanTask, name: str) -> bool:
    outcome = outcomes.find(task.outcomes, name)
    return bool(outcome and outcome["yes"])


def hand_over(
    share: TaskShare, to: Any, user: Any, comment: str, now: datetime
) -> HumanTask:
    """Let somebody else answer instead; raise a `WorkflowError` if that cannot be."""
    with transaction.atomic():
        task = _open_task(share.task_id, now)
        share = _open_share(share.pk)
        if not task.may_hand_over:
            raise StaysWithPerson(task.title)
        if not (to.is_active and to.is_staff):
            raise PersonCannotAnswer(to.get_username())
        if to.pk == share.user_id or not add_people(task, [to], now):
            raise HasAShare(name_of(to))
        share.state = ShareState.HANDED_OVER
        share.save(update_fields=["state"])
        text = f"{share.name} → {name_of(to)}"
        if comment:
            text = f"{text}: {harmless(comment, COMMENT)}"
        note(task, TaskNote.Kind.HANDED_OVER, text, now, user)
    return task


def remark(task: HumanTask, text: str, user: Any, now: datetime) -> None:
    """Add a comment to a task, open or not."""
    note(task, TaskNote.Kind.COMMENT, harmless(text, COMMENT), now, user)


def note(
    task: HumanTask, kind: str, text: str, now: datetime, user: Any = None
) -> None:
    name = "" if user is None else name_of(user)
    TaskNote.objects.create(task=task, kind=kind, text=text, at=now, name=name)


def result_of(task: HumanTask) -> dict[str, Any]:
    """Give what a task came to, as the result of its node."""
    shares = task.shares.filter(state=ShareState.ANSWERED).order_by("answered_at", "pk")
    answers = [
        {
            "user": share.user_id,
            "name": share.name,
            "outcome": share.outcome,
            "comment": share.comment,
            "values": share.values,
            "at": share.answered_at,
            "answered_by": share.answered_by,
        }
        for share in shares
    ]
    deciding = [each for each in answers if each["outcome"] == task.outcome]
    return {
        "task": task.pk,
        "outcome": task.outcome or outcomes.EXPIRED,
        "yes": _is_yes(task, task.outcome),
        "values": deciding[-1]["values"] if deciding else {},
        "answers": answers,
    }
