"""Badges, moments, isolated texts and the switches in templates."""

from typing import Any

from django import template

from workflows.admin.badges import badge, icon, isolated, moment
from workflows.admin.drawing import drawn_marks
from workflows.admin.scripts import editor_modules
from workflows.admin.switches import SwitchState, switches_for

register = template.Library()
register.simple_tag(badge)
register.simple_tag(icon)
register.simple_tag(drawn_marks)
register.simple_tag(editor_modules)
register.filter("isolated", isolated)
register.filter("moment", moment)


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
