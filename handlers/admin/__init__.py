"""The admin of this app: tasks for people, works, aliases, databases, tokens."""

from django.contrib import admin

from handlers.admin.connections import AliasAdmin, DatabaseAdmin, DocumentAdmin
from handlers.admin.inbox import InboxAdmin
from handlers.admin.notifications import NotificationAdmin
from handlers.admin.tasks import TaskAdmin
from handlers.admin.todo import TodoAdmin
from handlers.admin.tokens import TokenAdmin
from handlers.admin.works import WorkAdmin
from handlers.models import (
    ApiToken,
    Document,
    HttpAlias,
    HumanTask,
    InboxMessage,
    Notification,
    SqlDatabase,
    TaskShare,
    Work,
)


def register(site: admin.AdminSite) -> None:
    """Put these pages on an admin site; the default site has them already."""
    site.register(TaskShare, TodoAdmin)
    site.register(HumanTask, TaskAdmin)
    site.register(InboxMessage, InboxAdmin)
    site.register(Work, WorkAdmin)
    site.register(HttpAlias, AliasAdmin)
    site.register(SqlDatabase, DatabaseAdmin)
    site.register(Document, DocumentAdmin)
    site.register(ApiToken, TokenAdmin)
    site.register(Notification, NotificationAdmin)


register(admin.site)
