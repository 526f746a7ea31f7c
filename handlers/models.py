"""All that this app stores."""

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.events.models import EventChannel, EventWait, SentEvent
from handlers.inbox.models import InboxMessage
from handlers.outbox.models import Notification, OpenPage, PageCommand
from handlers.people.models import HumanTask, TaskNote, TaskShare
from handlers.work.models import ApiToken, Work, WorkRun, WorkStep

__all__ = [
    "ApiToken",
    "Document",
    "EventChannel",
    "EventWait",
    "HttpAlias",
    "HumanTask",
    "InboxMessage",
    "Notification",
    "OpenPage",
    "PageCommand",
    "SentEvent",
    "SqlDatabase",
    "TaskNote",
    "TaskShare",
    "Work",
    "WorkRun",
    "WorkStep",
]
