"""Workflows as documents: imported, exported many at once, and templates."""

import json
from collections.abc import Callable
from io import BytesIO
from itertools import groupby
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_lazy as _

from workflows import registry, services
from workflows.admin import listing
from workflows.admin.forms import ImportForm
from workflows.admin.pages import PunctualAdmin, done, laid_out, sentences
from workflows.codec import TypedEncoder
from workflows.contracts import Template
from workflows.exceptions import WorkflowError
from workflows.models import Workflow, WorkflowVersion


def gallery() -> list[tuple[str, list[Template]]]:
    """List the templates by category, in the order of their registration."""
    order = list(dict.fromkeys(str(each.category) for each in registry.templates))
    by_category = sorted(
        registry.templates, key=lambda each: order.index(str(each.category))
    )
    groups = groupby(by_category, key=lambda each: str(each.category))
    return [(category, list(templates)) for category, templates in groups]


def document_of(version: WorkflowVersion) -> str:
    """Write a version as the text of a file; secrets and connections stay here."""
    exported = services.export(version)
    return json.dumps(exported, cls=TypedEncoder, indent=2, ensure_ascii=False)


def file_name(version: WorkflowVersion) -> str:
    return slugify(version.workflow.title)[:60] or "workflow"


def attachment(content: bytes | str, kind: str, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=kind, headers=headers)


@admin.action(permissions=["view"], description=_("Export selected workflows"))
def export_all(
    model_admin: "ExchangePages", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Give the versions that count as files in one archive; name who is left out."""
    versions: list[WorkflowVersion] = []
    for workflow in queryset:
        version = listing.acting(workflow)
        reason = model_admin.why_not_exported(request, workflow, version)
        if reason or version is None:
            model_admin.message_user(request, reason, messages.ERROR)
        else:
            versions.append(version)
    if not versions:
        return None
    return attachment(_archive(versions), "application/zip", "workflows.zip")


def _archive(versions: list[WorkflowVersion]) -> bytes:
    """Put each into a file; its number in the list keeps equal names apart."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for number, version in enumerate(versions, 1):
            name = f"{number:03}-{file_name(version)}.json"
            archive.writestr(name, document_of(version))
    return buffer.getvalue()


class ExchangePages(PunctualAdmin):
    """The part of the workflow admin that makes workflows out of documents."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("import/", "import", self.import_view),
            self.route("add/<slug:name>/", "from_template", self.template_view),
            *super().get_urls(),
        ]

    def why_not_exported(
        self, request: HttpRequest, workflow: Workflow, version: WorkflowVersion | None
    ) -> str:
        names = {"target": workflow}
        if not self.may(request, "view", workflow):
            return gettext("%(target)s: you have no permission to do this.") % names
        if version is None:
            return gettext("%(target)s: it has no version.") % names
        return ""

    def import_view(self, request: HttpRequest) -> HttpResponse:
        self._require_add(request)
        posts = request.method == "POST"
        form = ImportForm(request.POST, request.FILES) if posts else ImportForm()
        made: list[WorkflowVersion] = []
        create: Callable[[], None] = lambda: made.append(  # noqa: E731
            services.import_text(form.document, user=request.user)
        )
        if posts and form.is_valid() and done(form, create):
            return self._show(request, made[0], gettext("Imported: %(target)s."))
        return self.page(
            request,
            "workflow/import.html",
            title=gettext("Import a workflow"),
            form=laid_out(form),
        )

    def template_view(self, request: HttpRequest, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._require_add(request)
        if name not in registry.templates:
            raise Http404
        try:
            version = services.create_from_template(name, user=request.user)
        except WorkflowError as error:
            for sentence in sentences(error):
                self.message_user(request, sentence, messages.ERROR)
            return redirect(self.url("workflow_add"))
        text = gettext("Made from a template: %(target)s. It is disabled as yet.")
        return self._show(request, version, text)

    def _require_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _show(
        self, request: HttpRequest, version: WorkflowVersion, text: str
    ) -> HttpResponse:
        said = text % {"target": version.workflow.title}
        self.log_addition(request, version.workflow, said)
        self.message_user(request, said, messages.SUCCESS)
        return redirect(self.url("workflowversion_change", version.pk))
