"""Executions: the list, the page of one, and who may do what."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern

from workflows.admin.executions.listing import ExecutionList
from workflows.admin.executions.page import ExecutionPage
from workflows.models import Execution, Job


class ExecutionAdmin(ExecutionPage, ExecutionList):
    """The history of all workflows. Nothing in it can be edited."""

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
