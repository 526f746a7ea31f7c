"""Deleting a version: asked first, archived then; with the current one all go."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from workflows import services
from workflows.admin.badges import isolated
from workflows.admin.version_access import VersionAccess
from workflows.models import Workflow, WorkflowVersion


class DeletePage(VersionAccess):
    """The part of the version admin that deletes."""

    def delete_model(self, request: HttpRequest, obj: WorkflowVersion) -> None:
        services.archive_version(obj, timezone.now())

    def get_deleted_objects(
        self, objs: Iterable[WorkflowVersion], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        versions = list(objs)
        for version in [v for v in versions if v.current]:
            others = version.workflow.versions.present().exclude(pk=version.pk)
            versions += others.select_related("workflow")
        counts = {self.opts.verbose_name_plural: len(versions)}
        return [isolated(each) for each in versions], counts, set(), []

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)
        version = WorkflowVersion.objects.get(pk=obj_id)
        if Workflow.objects.present().filter(pk=version.workflow_id).exists():
            return redirect(self.url("workflow_change", version.workflow_id))
        return redirect(self.url("workflow_changelist"))
