"""How tasks are shown: states, deadlines, shares and their history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from handlers.people import outcomes
from handlers.people.models import HumanTask, TaskNote, TaskShare
from handlers.people.states import ShareState, TaskState
from workflows.admin.badges import badge, isolated, moment
from workflows.harmless import harmless
from workflows.models import Execution
from workflows.questions import LONG, shown

_LOOKS: dict[str, str] = {
    TaskState.OPEN: "waiting",
    TaskState.DONE: "succeeded",
    TaskState.EXPIRED: "timed_out",
    TaskState.CANCELLED: "cancelled",
    ShareState.ANSWERED: "succeeded",
    ShareState.HANDED_OVER: "current",
    ShareState.CLOSED: "skipped",
}


@dataclass(frozen=True)
class ShareRow:
    """The share of one person, as the page of a task shows it."""

    share: TaskShare
    badge: SafeString
    outcome: str
    values: list[tuple[str, Any]]


def task_badge(task: HumanTask) -> SafeString:
    """Show where a task is; once it is done, by its outcome."""
    if task.state != TaskState.DONE:
        return badge(_LOOKS[task.state], task.get_state_display())
    return outcome_badge(task, task.outcome)


def outcome_badge(task: HumanTask, name: str) -> SafeString:
    outcome = outcomes.find(task.outcomes, name)
    if outcome is None:
        return badge("succeeded", name)
    look = "succeeded" if outcome["yes"] else "failed"
    return badge(look, isolated(outcomes.title_of(outcome)))


def share_badge(share: TaskShare) -> SafeString:
    if share.state == ShareState.ANSWERED:
        return outcome_badge(share.task, share.outcome)
    if share.state in {ShareState.OPEN, ShareState.CLOSED}:
        state = share.task.state
        if state != TaskState.OPEN:
            return task_badge(share.task)
    look = _LOOKS.get(share.state, share.state)
    return badge(look, share.get_state_display())


def deadline(task: HumanTask, now: datetime) -> SafeString | str:
    """Show the deadline; what is near or past stands out."""
    if task.due_at is None:
        return ""
    shown_at = moment(task.due_at)
    if not task.is_open:
        return shown_at
    left = (task.due_at - now).total_seconds()
    if left <= 0:
        return format_html('{} <span class="wf-failed">{}</span>', shown_at, _("over"))
    if left < 24 * 3600:
        return format_html('{} <span class="wf-waiting">{}</span>', shown_at, _("soon"))
    return shown_at


def workflow_title(task: HumanTask) -> SafeString:
    try:
        return isolated(task.workflow)
    except ObjectDoesNotExist:
        return isolated(_("deleted"))


def value_of(value: Any) -> Any:
    """Write an answer for people."""
    match value:
        case None | "":
            return "—"
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return date_format(localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case str():
            return harmless(value, LONG)
        case _:
            return number_format(value)


def share_rows(task: HumanTask) -> list[ShareRow]:
    return [_row(task, share) for share in task.shares.order_by("pk")]


def _row(task: HumanTask, share: TaskShare) -> ShareRow:
    share.task = task
    is_answered = share.state == ShareState.ANSWERED
    pairs = shown(task.questions, share.values) if is_answered else []
    return ShareRow(
        share=share,
        badge=share_badge(share),
        outcome=share.outcome,
        values=[(each["label"], value_of(value)) for each, value in pairs],
    )


def history_of(task: HumanTask) -> list[TaskNote]:
    return list(task.notes.order_by("pk"))


def page_context(request: HttpRequest, task: HumanTask) -> dict[str, Any]:
    """Give what both pages of a task show: the manager's and the person's."""
    sees = request.user.has_perm("workflows.view_execution")
    known = sees and Execution.objects.filter(pk=task.execution_id).exists()
    return {
        "original": task,
        "task": task,
        "state": task_badge(task),
        "workflow": workflow_title(task),
        "deadline": deadline(task, timezone.now()),
        "rule": task.get_rule_display() if task.shares.count() > 1 else "",
        "shares": share_rows(task),
        "history": history_of(task),
        "execution": task.execution_id if known else None,
    }


def buttons(task: HumanTask) -> list[Mapping[str, Any]]:
    """List the outcomes with what their buttons say."""
    return [
        {**outcome, "title": outcomes.title_of(outcome)} for outcome in task.outcomes
    ]
