"""Versions: the page where a trigger, options and nodes are seen and edited."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone

from workflows.admin.comparing import ComparePage
from workflows.admin.editor.conflicts import Tried
from workflows.admin.editor.page import EditorPages, Said, is_fragment
from workflows.admin.editor.places import PlacesPage
from workflows.admin.editor.rehearsals import RehearsalPages
from workflows.admin.editor.runs import RunPage
from workflows.admin.editor.trials import TrialPage
from workflows.admin.exchange import attachment, document_of, file_name
from workflows.admin.missed import MissedPage
from workflows.admin.pages import done
from workflows.admin.parts import PARTS, Part
from workflows.admin.previews import PreviewPage
from workflows.admin.version_deletion import DeletePage
from workflows.admin.version_effects import VERSION_EFFECTS
from workflows.editor import Replace
from workflows.exceptions import EditConflict
from workflows.models import WorkflowVersion


class VersionAdmin(
    RunPage,
    RehearsalPages,
    EditorPages,
    MissedPage,
    PreviewPage,
    TrialPage,
    PlacesPage,
    ComparePage,
    DeletePage,
):
    """Pages of one version. Who may do what is asked of the admin of workflows."""

    effects = VERSION_EFFECTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        present = WorkflowVersion.objects.present().select_related("workflow")
        return present.filter(workflow__archived_at=None)

    def get_urls(self) -> list[URLPattern]:
        return [
            *self.effect_urls(),
            *self.editor_urls(),
            *self.expression_urls(),
            *self.trial_urls(),
            *self.rehearsal_urls(),
            *self.places_urls(),
            self.route("<path:object_id>/export/", "export", self.export_view),
            *self.compare_urls(),
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
        return attachment(
            document_of(version),
            "application/json; charset=utf-8",
            f"{file_name(version)}.json",
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
        posts = request.method == "POST"
        if posts and not self.has_change_permission(request, version):
            raise PermissionDenied
        part = PARTS.get(request.POST.get("part", ""))
        if part is None:
            return self.editor(request, version, self._asked_for(request, version))
        form = part.form(version, request.POST)
        try:
            saved = form.is_valid() and self._save(request, version, part, form)
        except EditConflict as error:
            return self.refused(request, version, error, _tried(part, form))
        if not saved:
            return self.invalid(request, version, part.name, form)
        is_undoable = part.name == "definition"
        said = Said(str(part.saved), undoable=is_undoable)
        return self.edited(request, version, "", said)

    def _asked_for(self, request: HttpRequest, version: WorkflowVersion) -> str:
        """Tell which panel is open: a trigger that is not set up comes first."""
        panel = request.GET.get("panel")
        if panel is not None:
            return panel
        may_mend = self.has_change_permission(request, version)
        is_new = not version.is_frozen and PARTS["trigger"].needs_care(version)
        return "trigger" if may_mend and is_new else ""

    def _save(
        self, request: HttpRequest, version: WorkflowVersion, part: Part, form: Any
    ) -> bool:
        now, revision = timezone.now(), self.revision(request)
        save = lambda: part.save(version, form, now, revision)  # noqa: E731
        raises = (EditConflict,) if is_fragment(request) else ()
        if not done(form, save, raises=raises):
            return False
        self.log_change(request, version, str(part.saved))
        return True


def _tried(part: Part, form: Any) -> Tried:
    """Tell what somebody wanted to save, to compare it with what others did."""
    document = form.cleaned_data.get("definition")
    command = None if document is None else Replace(document)
    trigger = getattr(form, "config", None) if part.name == "trigger" else None
    return Tried(command, form, panel=part.name, trigger=trigger)
