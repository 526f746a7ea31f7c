"""How people hear of their tasks: the share is new again, and says so."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from handlers.inbox.telling import Letter, tell
from handlers.people.models import HumanTask, TaskShare


def tell_shares(
    task: HumanTask,
    shares: Sequence[TaskShare],
    now: datetime,
    *,
    is_reminder: bool = False,
) -> None:
    """Tell people of their open shares in a task, for the first time or again."""
    rows = task.shares.filter(pk__in=[share.pk for share in shares])
    rows.update(seen_at=None, reminded_at=now if is_reminder else None)
    for share in shares if is_reminder else ():
        if share.user is not None:
            title = gettext("Reminder: %(task)s") % {"task": task.title}
            link = reverse("admin:handlers_taskshare_change", args=[share.pk])
            letter = Letter(title, execution=task.execution_id, link=link)
            tell([share.user], letter, now)
