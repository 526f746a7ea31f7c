"""The page on which one node is tried."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from workflows import services
from workflows.admin.badges import badge, duration, pretty
from workflows.admin.editor.asked import found
from workflows.admin.editor.expressions import ExpressionPages
from workflows.admin.forms import DocumentField
from workflows.admin.pages import laid_out
from workflows.editor import title_of
from workflows.editor.samples import samples_of
from workflows.graph import Node
from workflows.models import WorkflowVersion

#: What a sample may say, and what it says where there was no run.
ROOTS = ("trigger", "nodes", "vars", "loop")
EMPTY: dict[str, Any] = {"trigger": {"data": {}, "date": None}, "nodes": {}, "vars": {}}
#: Characters of a value that are shown.
SHOWN = 20_000


class TrialForm(forms.Form):
    """The values that the expressions of the node see."""

    sample = DocumentField(
        label=_("Sample data"),
        help_text=_("What the expressions of the node see, as JSON."),
    )
    sure = forms.BooleanField(
        label=_("Do it really"),
        help_text=_("The node acts in the world outside, and that cannot be undone."),
    )

    def __init__(self, *args: Any, is_real: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_real:
            del self.fields["sure"]

    def clean_sample(self) -> dict[str, Any]:
        sample = self.cleaned_data["sample"]
        if not isinstance(sample, dict) or set(sample) - set(ROOTS):
            names = {"names": ", ".join(ROOTS)}
            message = gettext("Enter a JSON object with any of these: %(names)s.")
            raise ValidationError(message % names)
        return sample


class TrialPage(ExpressionPages):
    """The part of the version admin that tries nodes."""

    def trial_urls(self) -> list[URLPattern]:
        place = "<path:object_id>/nodes/<slug:key>/test/"
        return [self.route(place, "test", self.trial_view)]

    def trial_view(
        self, request: HttpRequest, object_id: str, key: str
    ) -> HttpResponse:
        """Ask for sample data, and show what the node gives with it."""
        version = self.target(request, object_id, "view")
        if not self.granted(request, "test_node"):
            raise PermissionDenied
        node = found(version, key)
        form = TrialForm(
            request.POST if request.method == "POST" else None,
            initial={"sample": self._sample(request, version)},
            is_real=services.has_real_effect(node["type"], node.get("config") or {}),
        )
        trial = None
        if request.method == "POST" and form.is_valid():
            sample = form.cleaned_data["sample"]
            trial = services.try_node(version, key, sample, timezone.now)
            text = gettext("Tested node “%(key)s”.") % {"key": key}
            self.log_change(request, version, text)
        return self._trial_page(request, version, node, form, trial)

    def _trial_page(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        node: Node,
        form: forms.Form,
        trial: services.Trial | None,
    ) -> HttpResponse:
        kind = title_of(node["type"])
        return self.page(
            request,
            "workflowversion/test.html",
            **{**self.frame(request, version), "title": gettext("Test a node")},
            node={**node, "title": node.get("title") or kind, "type_title": kind},
            form=laid_out(form),
            trial=trial and _shown(trial),
            is_real="sure" in form.fields,
        )

    def _sample(self, request: HttpRequest, version: WorkflowVersion) -> Any:
        """Take the last run for an example, for those who may see it."""
        last = samples_of(version) if self.sees_runs(request) else None
        known = {name: value for name, value in (last or {}).items() if name in ROOTS}
        return {**EMPTY, **known}


def _shown(trial: services.Trial) -> dict[str, Any]:
    blocks = [
        (gettext("Error"), trial.error),
        (gettext("Result"), "" if trial.result is None else pretty(trial.result)),
        (gettext("Log"), trial.log),
        (gettext("Input"), pretty(trial.input) if trial.input else ""),
    ]
    return {
        "badge": badge(trial.outcome, trial.outcome.label),
        "took": duration(trial.duration),
        "branch": trial.branch,
        "remarks": trial.remarks,
        "blocks": [(title, text[:SHOWN]) for title, text in blocks if text],
    }
