"""All that this app stores."""

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.outbox.models import Notification, OpenPage, PageCommand
from handlers.people.models import HumanTask, TaskNote, TaskShare
from handlers.work.models import ApiToken, Work, WorkRun, WorkStep

__all__ = [
    "ApiToken",
    "Document",
    "HttpAlias",
    "HumanTask",
    "Notification",
    "OpenPage",
    "PageCommand",
    "SqlDatabase",
    "TaskNote",
    "TaskShare",
    "Work",
    "WorkRun",
    "WorkStep",
]
