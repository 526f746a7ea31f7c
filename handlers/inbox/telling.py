"""From something worth knowing to the people who should know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.inbox.models import InboxMessage
from workflows.harmless import harmless, line

#: Longest title and text, in characters, and the messages that are counted at most.
TITLE, TEXT, MOST = 200, 20_000, 100


@dataclass(frozen=True)
class Letter:
    """What people are told."""

    title: str
    text: str = ""
    #: What it comes from.
    execution: int | None = None
    #: The path of a page of this site that it is about.
    link: str = ""


def tell(people: Iterable[Any], letter: Letter, now: datetime) -> int:
    """Put a message into the inbox of each of the users; say how many there were.

    It is committed with the caller's transaction.
    """
    messages = [
        InboxMessage(
            user=user,
            title=line(letter.title, TITLE),
            text=harmless(letter.text, TEXT),
            execution=letter.execution,
            link=letter.link,
            sent_at=now,
        )
        for user in people
    ]
    InboxMessage.objects.bulk_create(messages)
    return len(messages)


def count_new(user: Any) -> int:
    """Count what somebody has not read, up to a hundred."""
    new = InboxMessage.objects.filter(user=user.pk, read_at=None)
    return new.order_by()[:MOST].count()
