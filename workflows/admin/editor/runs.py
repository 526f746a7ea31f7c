"""Running a version by hand: what its trigger asks for, then the execution."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows import services
from workflows.admin.editor.manual_runs import manual_form
from workflows.admin.editor.page import EditorPages, Said, is_fragment
from workflows.admin.pages import done
from workflows.admin.version_effects import COPY_AS_VERSION
from workflows.models import Execution, WorkflowVersion


class RunPage(EditorPages):
    """The part of the version admin that starts executions."""

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start what was posted; the panel that asks for it is in the editor."""
        version = self.target(request, object_id, "execute")
        if request.method != "POST":
            return redirect(f"{self.place_of(version)}?panel=run")
        form = manual_form(version, request.POST)
        execution = self._run(request, version, form) if form.is_valid() else None
        if execution is None:
            return self.invalid(request, version, "run", form)
        return self._ran(request, version, execution)

    def _run(
        self, request: HttpRequest, version: WorkflowVersion, form: Any
    ) -> Execution | None:
        started: list[Execution] = []
        values = getattr(form, "config", {})
        now = timezone.now()
        run: Callable[[], None] = lambda: started.append(  # noqa: E731
            services.run_manually(version, values, now)
        )
        if not done(form, run):
            return None
        text = _("Ran by hand: %(target)s.") % {"target": version}
        self.workflows.log_change(request, version.workflow, text)
        return started[0]

    def _ran(
        self, request: HttpRequest, version: WorkflowVersion, execution: Execution
    ) -> HttpResponse:
        """Lead to the execution; a copy to go on with is made if that was asked for."""
        may_copy = self.has_change_permission(request, version)
        if may_copy and request.POST.get("copy"):
            copied = services.copy_as_version(version)
            self.note(request, version, copied, self._copied_as(version, copied))
        text = _("Ran by hand: %(target)s.") % {"target": version}
        if is_fragment(request):
            return self.edited(request, version, f"ran:{execution.pk}", Said(text))
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.url("execution_change", execution.pk))

    def _copied_as(self, version: WorkflowVersion, copied: WorkflowVersion) -> str:
        return str(COPY_AS_VERSION.done) % {"target": version, "outcome": copied}
