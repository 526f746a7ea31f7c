"""Badges, moments, isolated texts and the switches in templates."""

from typing import Any

from django import template
from django.contrib.admin.views.main import ORDER_VAR
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from workflows.admin.badges import badge, grouped, icon, isolated, moment
from workflows.admin.editor.drawing import drawn_marks
from workflows.admin.editor.scripts import editor_modules
from workflows.admin.executions.facts import known
from workflows.admin.switches import SwitchState, switches_for
from workflows.models import Execution

register = template.Library()
register.simple_tag(badge)
register.simple_tag(icon)
register.simple_tag(drawn_marks)
register.simple_tag(editor_modules)
register.filter("isolated", isolated)
register.filter("moment", moment)
register.filter("grouped", grouped)


@register.simple_tag
def workflow_of(execution: Execution) -> SafeString:
    """Name the workflow of an execution, which may be gone."""
    return isolated(known(execution, "workflow") or gettext("deleted"))


@register.inclusion_tag("admin/workflows/announcements.html", takes_context=True)
def announcements(context: dict[str, Any]) -> dict[str, Any]:
    """Say on top of a page what is stopped for all workflows."""
    request = context["request"]
    states = [each for each in switches_for(request.user) if each.stopped]
    return {"states": states, "request": request}


@register.simple_tag(takes_context=True)
def open_switches(context: dict[str, Any]) -> list[SwitchState]:
    """List what the reader may stop and what is not stopped."""
    states = switches_for(context["request"].user)
    return [each for each in states if each.allowed and not each.stopped]


@register.simple_tag
def older(changelist: Any) -> str:
    """Give the address of what is older than this page of a list, newest first."""
    rows = list(changelist.result_list)
    shown = changelist.page_num * changelist.list_per_page
    has_more = changelist.paginator.is_capped or shown < changelist.result_count
    if ORDER_VAR in changelist.params or not (rows and has_more):
        return ""
    return str(changelist.get_query_string({"before": rows[-1].pk}))
