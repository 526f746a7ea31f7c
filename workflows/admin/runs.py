"""Running a version by hand: what its trigger asks for, then the execution."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows import registry, services
from workflows.admin.pages import done, laid_out
from workflows.admin.version_access import VersionAccess
from workflows.models import WorkflowVersion


class RunPage(VersionAccess):
    """The part of the version admin that starts executions."""

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.target(request, object_id, "execute")
        form = self._manual_form(version, request)
        if request.method == "POST" and form.is_valid():
            execution = self._run(request, version, form)
            if execution is not None:
                return redirect(self.url("execution_change", execution.pk))
        return self.page(
            request,
            "workflowversion/run.html",
            **{**self.frame(request, version), "title": _("Run by hand")},
            form=laid_out(form),
        )

    def _manual_form(self, version: WorkflowVersion, request: HttpRequest) -> Any:
        data = request.POST if request.method == "POST" else None
        if version.trigger_type not in registry.triggers:
            return forms.Form(data)
        trigger = registry.triggers.get(version.trigger_type)
        return trigger.manual_form(version.trigger_config)(data)

    def _run(self, request: HttpRequest, version: WorkflowVersion, form: Any) -> Any:
        started: list[Any] = []
        values = getattr(form, "config", {})
        now = timezone.now()
        run: Callable[[], None] = lambda: started.append(  # noqa: E731
            services.run_manually(version, values, now)
        )
        if not done(form, run):
            return None
        text = _("Ran by hand: %(target)s.") % {"target": version}
        self.workflows.log_change(request, version.workflow, text)
        self.message_user(request, text, messages.SUCCESS)
        return started[0]
