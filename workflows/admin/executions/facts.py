"""What is known of an execution besides its jobs, for its page and for lists."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.admin.badges import duration, isolated, moment
from workflows.admin.pages import PunctualAdmin
from workflows.models import Execution


def known(execution: Execution, name: str) -> Any:
    """Follow a reference of the history; None if what it refers to is purged."""
    try:
        return getattr(execution, name)
    except ObjectDoesNotExist:
        return None


def workflow_of(admin: PunctualAdmin, execution: Execution) -> SafeString | str:
    """Name its workflow, with a link unless that is deleted."""
    workflow = known(execution, "workflow")
    if workflow is None:
        return _("deleted")
    if workflow.archived_at is not None:
        return format_html("{} ({})", isolated(workflow), _("deleted"))
    url = admin.url("workflow_change", workflow.pk)
    return format_html('<a href="{}">{}</a>', url, isolated(workflow))


def version_of(admin: PunctualAdmin, execution: Execution) -> SafeString | str:
    """Name its version, with a link unless that is deleted."""
    version = known(execution, "version")
    if version is None:
        return _("deleted")
    if version.archived_at is not None:
        return str(version.number)
    url = admin.url("workflowversion_change", version.pk)
    return format_html('<a href="{}">{}</a>', url, version.number)


def took(execution: Execution) -> str:
    """Say how long it ran; nothing before its end."""
    if execution.started_at is None or execution.finished_at is None:
        return ""
    return duration(execution.finished_at - execution.started_at)


def times(execution: Execution) -> list[tuple[str, Any]]:
    """List the moments of its life that there are."""
    names = ("planned_at", "created_at", "started_at", "finished_at", "expires_at")
    shown = [(name, moment(getattr(execution, name))) for name in names]
    words = {each.name: each.verbose_name for each in Execution._meta.fields}
    return [(str(words[name]), value) for name, value in shown if value]
