"""The log of the admin: who started or stopped which work."""

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry

from handlers.work.models import Work


def note_start(user: Any, work: Work, text: str) -> None:
    _note(user, work, ADDITION, text)


def note_change(user: Any, work: Work, text: str) -> None:
    _note(user, work, CHANGE, text)


def _note(user: Any, work: Work, flag: int, text: str) -> None:
    LogEntry.objects.log_actions(
        user_id=user.pk,
        queryset=[work],
        action_flag=flag,
        change_message=text,
        single_object=True,
    )
