"""Workflows that come from elsewhere: imported documents, and templates."""

from collections.abc import Callable
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext

from workflows import registry, services
from workflows.admin.forms import ImportForm
from workflows.admin.pages import PunctualAdmin, done, laid_out, sentences
from workflows.contracts import Template
from workflows.exceptions import WorkflowError
from workflows.models import WorkflowVersion


def gallery() -> list[tuple[str, list[Template]]]:
    """List the templates by category, in the order of their registration."""
    order = list(dict.fromkeys(str(each.category) for each in registry.templates))
    by_category = sorted(
        registry.templates, key=lambda each: order.index(str(each.category))
    )
    groups = groupby(by_category, key=lambda each: str(each.category))
    return [(category, list(templates)) for category, templates in groups]


class ExchangePages(PunctualAdmin):
    """The part of the workflow admin that makes workflows out of documents."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("import/", "import", self.import_view),
            self.route("add/<slug:name>/", "from_template", self.template_view),
            *super().get_urls(),
        ]

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
