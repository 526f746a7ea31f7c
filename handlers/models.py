"""All that this app stores."""

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.outbox.models import Notification, OpenPage, PageCommand
from handlers.work.models import ApiToken, Work, WorkRun, WorkStep

__all__ = [
    "ApiToken",
    "Document",
    "HttpAlias",
    "Notification",
    "OpenPage",
    "PageCommand",
    "SqlDatabase",
    "Work",
    "WorkRun",
    "WorkStep",
]
