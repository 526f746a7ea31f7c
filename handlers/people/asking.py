"""A task is made: from the settings of a node to rows that people see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.people.assignees import name_of
from handlers.people.models import HumanTask, TaskShare
from handlers.people.spans import Span, after, before
from handlers.people.states import Rule, ShareState, TaskState
from workflows.harmless import harmless, line

REMIND, ESCALATE = "remind", "escalate"
#: Longest title and description, in characters.
TITLE, DESCRIPTION = 200, 20_000


@dataclass(frozen=True)
class Place:
    """The job that asks, and waits for the answer."""

    execution: int
    number: int
    attempt: int
    workflow: int
    node: str


@dataclass(frozen=True)
class Times:
    """What happens to a task while it is open."""

    due_at: datetime | None = None
    #: Reminders so long before the deadline, and so long after the question.
    before: Sequence[Span] = ()
    after: Sequence[Span] = ()
    #: When others are asked; None: never.
    escalate: Span | None = None

    def agenda(self, now: datetime) -> list[dict[str, Any]]:
        """List what is to come, the earliest first; what is past is left out."""
        moments = after(now, self.after)
        if self.due_at is not None:
            moments += before(self.due_at, self.before)
        steps = [(moment, REMIND) for moment in moments]
        if self.escalate is not None:
            steps += [(moment, ESCALATE) for moment in after(now, [self.escalate])]
        return [
            {"at": moment, "do": what}
            for moment, what in sorted(set(steps))
            if moment > now and (self.due_at is None or moment < self.due_at)
        ]


@dataclass(frozen=True)
class Request:
    """What is asked of whom."""

    place: Place
    title: str
    people: Sequence[Any]
    outcomes: Sequence[Mapping[str, Any]]
    description: str = ""
    questions: Sequence[Mapping[str, Any]] = ()
    rule: str = Rule.ONE
    percent: int = 100
    times: Times = field(default_factory=Times)
    #: Who is asked in the end, and how: `{"users": [ids], "how": "add"}`.
    escalation: Mapping[str, Any] = field(default_factory=dict)
    may_hand_over: bool = True


def ask(request: Request, now: datetime) -> HumanTask:
    """Make the task, and a share in it for each of the people.

    Called in the transaction of the node. What an earlier try of it has asked is
    closed.
    """
    place, agenda = request.place, request.times.agenda(now)
    close_tries(place, now)
    task = HumanTask.objects.create(
        execution_id=place.execution,
        number=place.number,
        attempt=place.attempt,
        workflow_id=place.workflow,
        node_key=place.node,
        title=line(request.title, TITLE),
        description=harmless(request.description, DESCRIPTION),
        rule=request.rule,
        percent=request.percent,
        questions=list(request.questions),
        outcomes=list(request.outcomes),
        may_hand_over=request.may_hand_over,
        created_at=now,
        due_at=request.times.due_at,
        agenda=agenda,
        next_at=agenda[0]["at"] if agenda else None,
        escalation=dict(request.escalation),
    )
    add_people(task, request.people, now)
    return task


def add_people(task: HumanTask, people: Sequence[Any], now: datetime) -> list[Any]:
    """Give a share to those who have none, and to those who handed theirs over.

    Gives those who are asked now and were not before.
    """
    shares = {share.user_id: share for share in task.shares.all()}
    again = [
        shares[user.pk].pk
        for user in people
        if user.pk in shares and shares[user.pk].state == ShareState.HANDED_OVER
    ]
    task.shares.filter(pk__in=again).update(
        state=ShareState.OPEN, asked_at=now, seen_at=None
    )
    new = [user for user in people if user.pk not in shares]
    TaskShare.objects.bulk_create(
        TaskShare(task=task, user=user, name=name_of(user), asked_at=now)
        for user in new
    )
    reopened = {share.user_id for share in shares.values() if share.pk in again}
    return [*new, *(user for user in people if user.pk in reopened)]


def close_tries(place: Place, now: datetime) -> None:
    """Close what earlier tries of the same node have asked."""
    earlier = HumanTask.objects.open().filter(
        execution=place.execution, number=place.number, attempt__lt=place.attempt
    )
    close(list(earlier), TaskState.CANCELLED, now)


def close(tasks: Sequence[HumanTask], state: TaskState, now: datetime) -> int:
    """End open tasks without a decision; say how many were."""
    keys = [task.pk for task in tasks]
    if not keys:
        return 0
    shares = TaskShare.objects.filter(task__in=keys, state=ShareState.OPEN)
    moved = HumanTask.objects.filter(pk__in=keys).move(state, finished_at=now)
    shares.update(state=ShareState.CLOSED)
    return moved
