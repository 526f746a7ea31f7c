"""What the drawer asks before a run by hand, and shows after it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from workflows import registry
from workflows.admin.badges import badge
from workflows.admin.editor.asked import Asked, Made
from workflows.admin.pages import laid_out
from workflows.models import Execution, WorkflowVersion


def manual_form(version: WorkflowVersion, data: Any = None) -> Any:
    """Make the form that the trigger asks before a run by hand."""
    if version.trigger_type not in registry.triggers:
        return forms.Form(data)
    trigger = registry.triggers.get(version.trigger_type)
    return trigger.manual_form(version.trigger_config)(data)


def run_panel(asked: Asked) -> Made:
    if not asked.may["execute"]:
        raise PermissionDenied
    form = asked.posted or manual_form(asked.version)
    return _("Run by hand"), {
        "form": laid_out(form),
        "freezes": not asked.version.is_frozen,
        "copies": asked.request.POST.get("copy", "on") == "on",
    }


def ran_panel(asked: Asked) -> Made:
    """Lead to the execution, and to the version in which one may go on."""
    version = asked.version
    runs = Execution.objects.filter(version=version.pk, workflow=version.workflow_id)
    wanted = asked.subject
    execution = runs.filter(pk=wanted).first() if wanted.isdecimal() else None
    if execution is None:
        raise Http404
    later = version.workflow.versions.present().filter(number__gt=version.number)
    return _("Run by hand"), {
        "execution": execution,
        "badge": badge(execution.status, execution.get_status_display()),
        "next": later.order_by("number").last(),
    }
