"""Punctual in the Django admin: lists, pages and everything that one may do there."""

from django.contrib import admin

from workflows.admin.executions.admin import ExecutionAdmin
from workflows.admin.records import CategoryAdmin, WorkerAdmin
from workflows.admin.versions import VersionAdmin
from workflows.admin.workflows import WorkflowAdmin
from workflows.models import Category, Execution, Worker, Workflow, WorkflowVersion

__all__ = [
    "CategoryAdmin",
    "ExecutionAdmin",
    "VersionAdmin",
    "WorkerAdmin",
    "WorkflowAdmin",
    "register",
]


def register(site: admin.AdminSite) -> None:
    """Put Punctual on an admin site; the default site has it already."""
    site.register(Workflow, WorkflowAdmin)
    site.register(WorkflowVersion, VersionAdmin)
    site.register(Execution, ExecutionAdmin)
    site.register(Category, CategoryAdmin)
    site.register(Worker, WorkerAdmin)


register(admin.site)
