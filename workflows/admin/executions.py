"""Executions: a page with every job."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext

from workflows.admin.badges import moment, pretty
from workflows.admin.execution_list import ExecutionList, known, took
from workflows.admin.jobs import SHOWN, WHOLE, JobRow, job_rows
from workflows.models import Execution, Job

#: Jobs on one page of an execution.
JOBS = 100


class ExecutionAdmin(ExecutionList):
    """The history of all workflows. Nothing in it can be edited."""

    # The page.

    def get_urls(self) -> list[URLPattern]:
        job = self.route("<path:object_id>/jobs/<int:number>/", "job", self.job_view)
        return [*self.effect_urls(), job, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        execution = self.target(request, object_id, "view")
        pages = Paginator(execution.jobs.order_by("number"), JOBS)
        page = pages.get_page(request.GET.get("page"))
        context = {
            **self._frame(request, execution),
            "page": page,
            "rows": self._rows(request, execution, page.object_list),
        }
        return self.page(request, "execution/change_form.html", **context)

    def job_view(
        self, request: HttpRequest, object_id: str, number: int
    ) -> HttpResponse:
        """Show one job with all that it holds, uncut."""
        execution = self.target(request, object_id, "view")
        job = execution.jobs.filter(number=number).first()
        if job is None:
            raise Http404
        [row] = self._rows(request, execution, [job], shown=WHOLE)
        frame = {
            **self._frame(request, execution),
            "title": gettext("Job %(number)s") % {"number": number},
        }
        return self.page(request, "execution/job.html", **frame, row=row)

    def _rows(
        self,
        request: HttpRequest,
        execution: Execution,
        jobs: Iterable[Job],
        shown: int = SHOWN,
    ) -> list[JobRow]:
        tracebacks = self.granted(request, "view_traceback")
        version = known(execution, "version")
        return job_rows(jobs, version, tracebacks=tracebacks, shown=shown)

    def _frame(self, request: HttpRequest, execution: Execution) -> dict[str, Any]:
        names = ("cancel", "retry", "delete")
        return {
            "original": execution,
            "execution": execution,
            "title": gettext("Execution %(number)s") % {"number": execution.pk},
            "subtitle": None,
            "workflow": self.of_workflow(execution),
            "version": self.of_version(execution),
            "state": self.state(execution),
            "times": self._times(execution),
            "took": took(execution),
            "origin": known(execution, "origin"),
            "context": pretty(execution.context),
            "output": "" if execution.output is None else pretty(execution.output),
            "may": {name: self.may(request, name, execution) for name in names},
        }

    def _times(self, execution: Execution) -> list[tuple[str, Any]]:
        names = ("planned_at", "created_at", "started_at", "finished_at", "expires_at")
        shown = [(name, moment(getattr(execution, name))) for name in names]
        words = {each.name: each.verbose_name for each in Execution._meta.fields}
        return [(str(words[name]), value) for name, value in shown if value]

    # Deleting: what has ended may go, and its jobs with it.

    def get_deleted_objects(
        self, objs: Iterable[Execution], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        executions = list(objs)
        lacking = {
            self.opts.verbose_name
            for execution in executions
            if not self.has_delete_permission(request, execution)
        }
        counts = {
            self.opts.verbose_name_plural: len(executions),
            Job._meta.verbose_name_plural: Job.objects.filter(
                execution__in=executions
            ).count(),
        }
        return [str(each) for each in executions], counts, lacking, []

    # Who may do what.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "view_execution")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_ended = obj is None or obj.is_final
        return is_ended and super().has_delete_permission(request, obj)

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "cancel_execution")

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "retry_execution")
