"""Answers of people: each starts the rows of a work that listen for it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from handlers.actions.document import Action, read_actions
from handlers.outbox.models import Notification
from handlers.work.models import Work
from handlers.work.orders import Order
from handlers.work.sealing import Content, content_of
from handlers.work.starting import place
from handlers.work.states import Kind
from workflows.codec import readable
from workflows.exceptions import WorkflowError

EVENT = "onReply"
#: Longest answer, in characters.
LONGEST = 2_000


class AlreadyAnswered(WorkflowError):
    """A notification that somebody has answered or put away."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Notification {number} waits for no answer any more.")


class NobodyListens(WorkflowError):
    """An answer that no row of the work is for."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"No handler hears the answer to notification {number}: its work is gone, "
            f"or has no row with the event '{EVENT}'."
        )


def answer(number: int, text: str, now: datetime, user: Any) -> Work:
    """Put a notification away and start what hears the answer, as a work of its own.

    The rows see the variables of the work, and `reply` and `reply_number` besides.
    """
    with transaction.atomic():
        asking = Notification.objects.select_for_update().filter(asks=True)
        note = asking.filter(number=number).first()
        if note is None:
            raise AlreadyAnswered(number)
        order = _order(note, readable(text, LONGEST))
        note.delete()
        return place(order, now, user=user)


def _order(note: Notification, text: str) -> Order:
    work = note.work
    content = content_of(work) if work else Content({}, {})
    rows = tuple(
        replace(row, event="", listener="")
        for row in _rows(content)
        if row.event == EVENT and row.listener in {"", str(note.number)}
    )
    if work is None or not rows:
        raise NobodyListens(note.number)
    reply = {"reply": text, "reply_number": str(note.number)}
    return Order(
        kind=Kind.ONCE,
        actions=rows,
        tag=work.tag,
        retry=work.retry,
        break_if_error=work.break_if_error,
        variables={**content.stack, **reply},
        database=work.database,
    )


def _rows(content: Content) -> tuple[Action, ...]:
    request = content.body.get("request") or {}
    return read_actions(content.body.get("work") or request.get("postExecute") or [])
