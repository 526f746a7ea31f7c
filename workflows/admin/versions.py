"""Versions: the page where a trigger, options and nodes are seen and edited."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.text import slugify

from workflows import registry, services
from workflows.admin.listing import trigger_in_words
from workflows.admin.missed import MissedPage
from workflows.admin.nodes import NodePages
from workflows.admin.outline import outline
from workflows.admin.pages import closed, done, laid_out
from workflows.admin.parts import PARTS, Part
from workflows.admin.previews import PreviewPage, previewed
from workflows.admin.runs import RunPage
from workflows.admin.summaries import catches_up, problem_links
from workflows.admin.version_deletion import DeletePage
from workflows.admin.version_effects import VERSION_EFFECTS
from workflows.codec import TypedEncoder
from workflows.contracts import Trigger
from workflows.models import WorkflowVersion


class VersionAdmin(RunPage, MissedPage, PreviewPage, NodePages, DeletePage):
    """Pages of one version. Who may do what is asked of the admin of workflows."""

    effects = VERSION_EFFECTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        present = WorkflowVersion.objects.present().select_related("workflow")
        return present.filter(workflow__archived_at=None)

    def get_urls(self) -> list[URLPattern]:
        return [
            *self.effect_urls(),
            *self.node_urls(),
            self.route("<path:object_id>/export/", "export", self.export_view),
            self.route("<path:object_id>/run/", "run", self.run_view),
            self.route("<path:object_id>/missed/", "missed", self.missed_view),
            self.route(
                "<path:object_id>/schedule/preview/", "preview", self.preview_view
            ),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the version as a file; secrets and connections stay here."""
        version = self.target(request, object_id, "view")
        name = slugify(version.workflow.title)[:60] or "workflow"
        return HttpResponse(
            json.dumps(
                services.export(version), cls=TypedEncoder, indent=2, ensure_ascii=False
            ),
            content_type="application/json; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}.json"',
                "Cache-Control": "no-store",
            },
        )

    # The page.

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Versions have no list of their own; each is listed with its workflow."""
        return redirect(self.url("workflow_changelist"))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send to the workflows: a version is made with one, or as a copy."""
        return redirect(self.url("workflow_add"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        version = self.target(request, object_id, "view")
        part = PARTS.get(request.POST.get("part", ""))
        if part is None:
            return self._page(request, version)
        if not self.has_change_permission(request, version):
            raise PermissionDenied
        form = part.form(version, request.POST)
        if form.is_valid() and self._save(request, version, part, form):
            return redirect(f"{self.place_of(version)}#{part.name}")
        return self._page(request, version, {part.name: form})

    def _save(
        self, request: HttpRequest, version: WorkflowVersion, part: Part, form: Any
    ) -> bool:
        now, revision = timezone.now(), self.revision(request)
        if not done(form, lambda: part.save(version, form, now, revision)):
            return False
        self.log_change(request, version, str(part.saved))
        self.message_user(request, str(part.saved), messages.SUCCESS)
        return True

    def _page(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        posted: dict[str, forms.Form] | None = None,
    ) -> HttpResponse:
        may = self.rights(request, version)
        context = {
            **self.frame(request, version),
            "parts": [
                self._part(part, version, may, (posted or {}).get(name))
                for name, part in PARTS.items()
            ],
            "words": trigger_in_words(version),
            "trigger": _trigger(version),
            "catches_up": catches_up(version),
            "preview": previewed(
                version, timezone.now(), (posted or {}).get("trigger")
            ),
            "outline": outline(version.definition),
            "problems": problem_links(self, version),
            "revision": request.POST.get("revision", version.revision),
        }
        return self.page(request, "workflowversion/change_form.html", **context)

    def _part(
        self,
        part: Part,
        version: WorkflowVersion,
        may: dict[str, bool],
        posted: forms.Form | None,
    ) -> dict[str, Any]:
        is_open = may["change"] and (part.survives_freezing or not version.is_frozen)
        # What was typed stays, even where it could not be saved.
        form = posted or part.form(version, None)
        form = form if is_open or posted else closed(form)
        return {
            "name": part.name,
            "title": part.title,
            "form": laid_out(form),
            "open": is_open,
            "unfolded": bool(form.errors) or part.needs_care(version),
        }


def _trigger(version: WorkflowVersion) -> Trigger | None:
    kind = version.trigger_type
    return registry.triggers.get(kind) if kind in registry.triggers else None
