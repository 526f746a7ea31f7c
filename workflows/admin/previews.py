"""The preview below the form of a trigger: what it amounts to, while it is edited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _

from workflows import registry
from workflows.admin.parts import PARTS
from workflows.admin.version_access import VersionAccess
from workflows.contracts import ComingRun, Preview, Subscription, Trigger
from workflows.forms import ConfigForm
from workflows.models import WorkflowVersion


@dataclass(frozen=True)
class RunRow:
    """A coming run as the table shows it."""

    run: ComingRun
    weekday: str
    #: The distance from Greenwich, which a change of the clocks changes.
    offset: str
    relative: str


@dataclass(frozen=True)
class FieldErrors:
    """What is wrong with one field of the form; no label: with the whole."""

    label: str
    messages: list[str]


class PreviewPage(VersionAccess):
    """The part of the version admin that answers the form while it is edited."""

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with a fragment: of what is stored, or by POST of what is typed.

        Nothing is saved. What is typed may name any collection, so that only those
        may ask who may also save it.
        """
        is_typed = request.method == "POST"
        version = self.target(request, object_id, "view")
        if is_typed and not self.has_change_permission(request, version):
            raise PermissionDenied
        typed = PARTS["trigger"].form(version, request.POST) if is_typed else None
        context = previewed(version, timezone.now(), typed)
        return self.fragment(request, "workflowversion/preview.html", **context)


def previewed(
    version: WorkflowVersion, now: datetime, typed: forms.Form | None = None
) -> dict[str, Any]:
    """Give what the template of the preview shows of a form, or of what is stored."""
    trigger = _trigger(version)
    if trigger is None:
        return {}
    if typed is None and not version.trigger_config:
        return {"has_preview": True, "untouched": True}
    form = typed or trigger.form_class.for_config(version.trigger_config)
    if not form.is_valid():
        return {"has_preview": True, "faults": _faults(form)}
    assert isinstance(form, ConfigForm)  # noqa: S101 - the trigger is known
    subscription = Subscription(version.workflow_id, version.pk, form.config)
    preview = trigger.preview(subscription, now)
    return {"has_preview": True, "preview": preview, "rows": _rows(preview, now)}


def _trigger(version: WorkflowVersion) -> Trigger | None:
    kind = version.trigger_type
    trigger = registry.triggers.get(kind) if kind in registry.triggers else None
    return trigger if trigger is not None and trigger.previews else None


def _faults(form: forms.Form) -> list[FieldErrors]:
    return [
        FieldErrors(
            str(form.fields[name].label or name) if name in form.fields else "",
            [str(message) for message in messages],
        )
        for name, messages in form.errors.items()
    ]


def _rows(preview: Preview, now: datetime) -> list[RunRow]:
    return [
        RunRow(
            run=run,
            weekday=date_format(run.moment, "D"),
            offset=run.moment.isoformat()[19:],
            relative=from_now(run.moment, now),
        )
        for run in preview.runs
    ]


def from_now(moment: datetime, now: datetime) -> str:
    """Say how far ahead a moment is, to the second where it is near."""
    ahead = moment - now
    if ahead < timedelta(minutes=1):
        seconds = max(int(ahead.total_seconds()), 0)
        return _("in %(time)s") % {"time": _("%(n)s s") % {"n": seconds}}
    return _("in %(time)s") % {"time": timeuntil(moment, now)}
