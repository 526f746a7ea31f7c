"""The page of an execution: the canvas of what ran, a drawer, the time it took."""

from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import URLPattern
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext as _

from workflows import services
from workflows.admin.badges import badge, pretty
from workflows.admin.editor.page import FRAGMENT
from workflows.admin.effects import EffectAdmin
from workflows.admin.executions.facts import (
    known,
    times,
    took,
    version_of,
    workflow_of,
)
from workflows.admin.executions.jobs import WHOLE, job_row, titles_of
from workflows.admin.executions.marks import marks_of, words_of
from workflows.admin.executions.panels import Asked, panel_of
from workflows.admin.executions.timelines import timeline_of
from workflows.admin.executions.waiting import Asked as Waits, Cause, cause_of
from workflows.admin.summaries import trigger_of
from workflows.editor.tracing import traces_of
from workflows.graph import check, walk
from workflows.models import Execution, WorkflowVersion

#: What the scripts of the page ask for, and the template that has it.
PARTS = {"drawer": "editor/drawer.html", "execution": "execution/execution.html"}
#: Characters of values that stand on the page itself.
SHOWN = 4_000


class ExecutionPage(EffectAdmin):
    """The part of the execution admin that shows one."""

    def page_urls(self) -> list[URLPattern]:
        job = self.route("<path:object_id>/jobs/<int:number>/", "job", self.job_view)
        return [job]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        execution = self.target(request, object_id, "view")
        frame = self._frame(request, execution)
        cause = self._cause(execution, frame["version_row"])
        etag = self._etag(request, frame, cause)
        part = request.headers.get(FRAGMENT, "")
        if part == "execution" and request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        context = {**frame, "cause": cause, "etag": etag}
        context |= self._parts(request, execution, frame)
        template = PARTS.get(part, "execution/change_form.html")
        response = self.page(request, template, **context)
        if part == "execution":
            response.headers["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        return response

    def job_view(
        self, request: HttpRequest, object_id: str, number: int
    ) -> HttpResponse:
        """Show one job with all that it holds, uncut."""
        execution = self.target(request, object_id, "view")
        job = execution.jobs.filter(number=number).first()
        if job is None:
            raise Http404
        frame = self._frame(request, execution)
        frame["title"] = _("Job %(number)s") % {"number": number}
        titles, tracebacks = titles_of(frame["version_row"]), frame["tracebacks"]
        row = job_row(job, titles, tracebacks=tracebacks, shown=WHOLE)
        return self.page(request, "execution/job.html", **frame, row=row)

    # What it shows.

    def _frame(self, request: HttpRequest, execution: Execution) -> dict[str, Any]:
        """Give what is cheap, and what tells whether anything has changed."""
        names = ("cancel", "retry", "delete")
        version = known(execution, "version")
        return {
            "original": execution,
            "execution": execution,
            "title": _("Execution %(number)s") % {"number": execution.pk},
            "subtitle": None,
            "version_row": version,
            "mending": services.mending_of(execution),
            "may": {name: self.may(request, name, execution) for name in names},
            "tracebacks": self.granted(request, "view_traceback"),
        }

    def _cause(
        self, execution: Execution, version: WorkflowVersion | None
    ) -> Cause | None:
        nodes = {}
        if version is not None and not check(version.definition):
            nodes = {node["key"]: node for node in walk(version.definition)}
        url = lambda number: self.url("execution_change", number)  # noqa: E731
        return cause_of(Waits(execution, timezone.now(), nodes, url))

    def _etag(
        self, request: HttpRequest, frame: dict[str, Any], cause: Cause | None
    ) -> str:
        """Name a state of the page: equal as long as it would look the same."""
        row: Execution = frame["execution"]
        state = (row.pk, row.status, row.token, row.job_count, row.finished_at)
        more = (row.owner, row.due_at, row.reason, row.version_id, frame["mending"])
        seen_by = (request.user.pk, frame["may"], frame["tracebacks"], get_language())
        where = request.GET.urlencode()
        text = repr((state, more, seen_by, where, cause and cause.text))
        return f'"{sha256(text.encode()).hexdigest()[:32]}"'

    def _parts(
        self, request: HttpRequest, execution: Execution, frame: dict[str, Any]
    ) -> dict[str, Any]:
        """Give what costs: the canvas, the drawer, the timeline."""
        version, traces = frame["version_row"], traces_of(execution)
        titles = titles_of(version)
        subject = request.GET.get("panel", "")
        asked = Asked(request, execution, version, traces, titles, frame)
        return {
            "live": not execution.is_final,
            "state": badge(execution.status, execution.get_status_display()),
            "workflow": workflow_of(self, execution),
            "version_link": version_of(self, execution),
            "times": times(execution),
            "took": took(execution),
            "origin": getattr(execution, "origin", None),
            "version": version,
            "trigger": trigger_of(version) if version else None,
            "words": words_of(execution),
            "marks": marks_of(execution, version, traces),
            "panel": panel_of(subject, asked),
            "timeline": timeline_of(execution, titles, timezone.now()),
            "output": None if execution.output is None else pretty(execution.output),
        }
