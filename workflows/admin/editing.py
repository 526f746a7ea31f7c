"""The editor of a version: its page, its drawer, and the commands that it sends."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _

from workflows import registry, services
from workflows.admin.listing import trigger_in_words
from workflows.admin.node_forms import NodeForms, forms_of
from workflows.admin.pages import sentences
from workflows.admin.panels import Asked, Panel, found, panel_of
from workflows.admin.summaries import catches_up
from workflows.admin.version_access import VersionAccess
from workflows.codec import encode
from workflows.editor import Command, Mark, Update, marks, read
from workflows.editor.canvas import Remarks
from workflows.exceptions import EditConflict, InvalidDefinition, WorkflowError
from workflows.graph import check
from workflows.models import WorkflowVersion
from workflows.services import Author, Problem

#: Scripts of the editor send it; they want a part of the page and not the page.
FRAGMENT = "X-Wf-Fragment"
PARTS = {"drawer": "drawer.html", "editor": "editor.html"}


class EditorPages(VersionAccess):
    """The part of the version admin that builds its nodes."""

    def editor_urls(self) -> list[URLPattern]:
        return [self.route("<path:object_id>/edit/", "edit", self.edit_view)]

    # Looking.

    def editor(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        name: str,
        *,
        posted: Any = None,
        **context: Any,
    ) -> TemplateResponse:
        """Show the editor with a panel, or to its scripts the parts that change."""
        part = request.headers.get(FRAGMENT, "page")
        answer = self.fragment if part in PARTS else self.page
        frame = self.frame(request, version)
        asked = Asked(request, version, frame["may"], name.partition(":")[2], posted)
        frame |= {
            "panel": _panel_or_none(name, asked),
            "open": asked.is_open,
            "revision": version.revision,
        }
        if part != "drawer":
            frame |= _canvas_frame(asked)
        template = PARTS.get(part, "page.html")
        return answer(request, f"editor/{template}", **frame, **context)

    # Acting.

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do one command; answer with the editor as it is then.

        A GET with `?copy=key` gives a node as JSON, to be pasted elsewhere.
        """
        if request.method != "POST":
            return self._copied(request, object_id)
        version = self.target(request, object_id, "change")
        name, key = request.POST.get("command", ""), request.POST.get("key", "")
        if name == "update":
            return self._update(request, version, key)
        if name in ("undo", "redo"):
            return self._undo(request, version, name)
        try:
            command = read(name, request.POST.dict())
        except WorkflowError as error:
            return self._refused(request, version, error)
        return self._do(request, version, command)

    def _copied(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.target(request, object_id, "view")
        node = found(version, request.GET.get("copy", ""))
        return HttpResponse(encode([node]), content_type="application/json")

    def _update(
        self, request: HttpRequest, version: WorkflowVersion, key: str
    ) -> HttpResponse:
        """Save the form of a node; what is wrong with it is shown where it is."""
        node = found(version, key)
        both = forms_of(version, node, request.POST)
        if not both.are_valid():
            return self.invalid(request, version, f"node:{key}", both)
        return self._do(request, version, Update(key, both.values()), both)

    def invalid(
        self, request: HttpRequest, version: WorkflowVersion, name: str, posted: Any
    ) -> HttpResponse:
        """Show a form again that cannot be saved, with its errors."""
        response = self.editor(request, version, name, posted=posted)
        response.status_code = 422 if is_fragment(request) else 200
        return response

    def _do(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        command: Command,
        posted: NodeForms | None = None,
    ) -> HttpResponse:
        try:
            done = command.apply(version.definition)
            author = Author(done.label, request.user)
            revision = self.revision(request)
            changed = services.edit(
                version, done.definition, revision=revision, author=author
            )
        except WorkflowError as error:
            return self._refused(request, version, error, posted)
        self.log_change(request, version, done.label)
        panel = request.POST.get("panel", "")
        panel = f"node:{done.focus}" if panel == "node" and done.focus else panel
        return self.edited(request, changed, panel, done.label, done.focus)

    def _undo(
        self, request: HttpRequest, version: WorkflowVersion, name: str
    ) -> HttpResponse:
        step = services.undo if name == "undo" else services.redo
        word = _("Undone: %(step)s") if name == "undo" else _("Redone: %(step)s")
        steps = services.steps_of(version)
        label = getattr(steps.undo if name == "undo" else steps.redo, "label", "")
        try:
            changed = step(version, revision=self.revision(request))
        except WorkflowError as error:
            return self._refused(request, version, error)
        text = word % {"step": label}
        self.log_change(request, version, text)
        panel = request.POST.get("panel", "")
        return self.edited(request, changed, panel, text)

    def edited(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        panel: str,
        text: str,
        focus: str = "",
    ) -> HttpResponse:
        if not is_fragment(request):
            self.message_user(request, text, messages.SUCCESS)
            query = f"?panel={panel}" if panel else ""
            anchor = f"#node-{focus}" if focus else ""
            return redirect(f"{self.place_of(version)}{query}{anchor}")
        version = self.get_queryset(request).get(pk=version.pk)
        return self.editor(request, version, panel, toast=text, focus=focus)

    def _refused(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        error: WorkflowError,
        posted: NodeForms | None = None,
    ) -> HttpResponse:
        """Say why nothing was changed; what was typed stays in its form."""
        if not is_fragment(request):
            self.say_problems(request, version, error)
            return redirect(self.place_of(version))
        version = self.get_queryset(request).get(pk=version.pk)
        status = 422
        context: dict[str, Any] = {"refusal": sentences(error)}
        if isinstance(error, EditConflict):
            revision = self.revision(request)
            changes = services.changes_since(version, revision)
            status, context["changes"] = 409, changes
        if isinstance(error, InvalidDefinition) and version.enabled:
            context["is_enabled"] = True
        panel = f"node:{request.POST.get('key')}" if posted else self._panel(request)
        response = self.editor(request, version, panel, posted=posted, **context)
        response.status_code = status
        return response

    def _panel(self, request: HttpRequest) -> str:
        panel = request.POST.get("panel", "")
        return "" if panel == "node" else panel


def _canvas_frame(asked: Asked) -> dict[str, Any]:
    """Give what the canvas and the bar show."""
    version, problems = asked.version, asked.problems
    return {
        "marks": drawn(version, problems),
        "problems": problems,
        "steps": services.steps_of(version) if asked.is_open else None,
        "trigger": trigger_of(version),
        "words": trigger_in_words(version),
        "catches_up": catches_up(version),
        "trigger_problems": sum(not each.node for each in problems),
    }


def is_fragment(request: HttpRequest) -> bool:
    return FRAGMENT in request.headers


def _panel_or_none(name: str, asked: Asked) -> Panel | None:
    """Close the drawer over what is gone, after an edit; an address must be right."""
    try:
        return panel_of(name, asked)
    except Http404:
        if asked.request.method == "GET":
            raise
        return None


def drawn(version: WorkflowVersion, problems: list[Problem]) -> list[Mark]:
    """Write the nodes down with their problems, if they have the shape of nodes."""
    is_sound = all(problem.node or problem.field for problem in problems)
    if is_sound or not check(version.definition):
        return marks(version.definition, Remarks(_counted(problems)))
    return []


def _counted(problems: list[Problem]) -> Counter[str]:
    return Counter(problem.node for problem in problems if problem.node)


def trigger_of(version: WorkflowVersion) -> Any:
    kind = version.trigger_type
    return registry.triggers.get(kind) if kind in registry.triggers else None
