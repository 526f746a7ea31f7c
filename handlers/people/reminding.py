"""What happens to open tasks as time goes by: people are reminded, others are asked."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from handlers.people.answering import note
from handlers.people.asking import add_people
from handlers.people.assignees import able, name_of
from handlers.people.models import HumanTask, TaskNote
from handlers.people.states import Escalation, ShareState
from handlers.people.telling import tell_shares


def remind(task: HumanTask, now: datetime, user: Any = None) -> None:
    """Tell those who have not answered, again."""
    waiting = list(task.shares.filter(state=ShareState.OPEN).select_related("user"))
    tell_shares(task, waiting, now, is_reminder=True)
    names = ", ".join(share.name for share in waiting)
    note(task, TaskNote.Kind.REMINDED, names, now, user)


def escalate(task: HumanTask, now: datetime) -> None:
    """Ask the others; those who can no longer sign in are left out."""
    users = get_user_model()._default_manager.filter(pk__in=task.escalation["users"])
    others = list(able(users).order_by("pk"))
    if task.escalation["how"] == Escalation.REPLACE and others:
        keys = [user.pk for user in others]
        unanswered = task.shares.filter(state=ShareState.OPEN).exclude(user__in=keys)
        unanswered.update(state=ShareState.HANDED_OVER)
    added = add_people(task, others, now)
    shares = task.shares.filter(user__in=[user.pk for user in added])
    tell_shares(task, list(shares.select_related("user")), now)
    names = ", ".join(name_of(user) for user in added)
    note(task, TaskNote.Kind.ESCALATED, names, now)
