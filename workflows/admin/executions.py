"""Executions: a list that stays fast, and a page with every job."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db.models import Prefetch, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _, ngettext

from workflows.admin.badges import badge, cut, isolated, moment
from workflows.admin.effects import bulk_action
from workflows.admin.execution_effects import CANCEL, EXECUTION_EFFECTS, MEND, RETRY
from workflows.admin.execution_facts import took, version_of, workflow_of
from workflows.admin.execution_page import ExecutionPage
from workflows.admin.filters import WorkflowFilter, workflow_widget
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution, Job, WorkflowVersion
from workflows.states import FINAL

#: Characters of a reason in the list; all of it is on the page.
REASON = 120


@admin.action(permissions=["delete"], description=_("Delete selected executions"))
def delete_finished(
    model_admin: "ExecutionAdmin", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Delete those that have ended, after asking; the others stay."""
    finished = queryset.filter(status__in=FINAL)
    kept = queryset.count() - finished.count()
    if kept:
        text = ngettext(
            "%(count)d execution is not finished and stays; cancel it first.",
            "%(count)d executions are not finished and stay; cancel them first.",
            kept,
        )
        model_admin.message_user(request, text % {"count": kept}, messages.WARNING)
    return delete_selected(model_admin, request, finished) if finished else None


#: The page that asks first answers to this name.
delete_finished.__name__ = "delete_selected"


class ExecutionAdmin(ExecutionPage):
    """The history of all workflows. Nothing in it can be edited."""

    effects = EXECUTION_EFFECTS
    actions = [
        bulk_action(CANCEL),
        bulk_action(MEND),
        bulk_action(RETRY),
        delete_finished,
    ]
    list_display = [
        "number",
        "of_workflow",
        "of_version",
        "state",
        "planned",
        "created",
        "took",
        "why",
    ]
    list_filter = ["status", ("workflow", WorkflowFilter), "manual"]
    sortable_by = ["number"]
    ordering = ["-pk"]
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Execution]:
        # Joins would hide the history of what is purged; these look up by key.
        versions = WorkflowVersion.objects.only("number", "workflow", "archived_at")
        rows = Execution.objects.prefetch_related("workflow")
        rows = rows.prefetch_related(Prefetch("version", versions))
        return rows.defer("context", "output", "ancestors", "frames")

    @admin.display(description=_("no."), ordering="pk")
    def number(self, execution: Execution) -> str:
        return str(execution.pk)

    @admin.display(description=_("workflow"))
    def of_workflow(self, execution: Execution) -> SafeString | str:
        return workflow_of(self, execution)

    @admin.display(description=_("version"))
    def of_version(self, execution: Execution) -> SafeString | str:
        return version_of(self, execution)

    @admin.display(description=_("status"))
    def state(self, execution: Execution) -> SafeString:
        return badge(execution.status, execution.get_status_display())

    @admin.display(description=_("planned for"))
    def planned(self, execution: Execution) -> SafeString | str:
        return moment(execution.planned_at)

    @admin.display(description=_("created"))
    def created(self, execution: Execution) -> SafeString | str:
        return moment(execution.created_at)

    @admin.display(description=_("duration"))
    def took(self, execution: Execution) -> str:
        return took(execution)

    @admin.display(description=_("reason"))
    def why(self, execution: Execution) -> SafeString:
        return isolated(cut(execution.reason, REASON))

    @property
    def media(self) -> Media:
        return super().media + workflow_widget(self.admin_site).media

    # The page.

    def get_urls(self) -> list[URLPattern]:
        return [*self.effect_urls(), *self.page_urls(), *super().get_urls()]

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
