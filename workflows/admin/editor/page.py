"""The editor of a version: its page, its drawer, and the commands that it sends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _

from workflows import services
from workflows.admin.editor.asked import Asked, found
from workflows.admin.editor.conflicts import Tried, conflict_of
from workflows.admin.editor.node_forms import NodeForms, forms_of
from workflows.admin.editor.panels import Panel, panel_of
from workflows.admin.editor.rehearsal_panels import pin_states, shown_test, states_of
from workflows.admin.listing import trigger_in_words
from workflows.admin.pages import sentences
from workflows.admin.summaries import catches_up, trigger_of
from workflows.admin.version_access import VersionAccess
from workflows.codec import encode
from workflows.editor import Command, Mark, Update, marks, read
from workflows.editor.canvas import Remarks
from workflows.exceptions import EditConflict, InvalidDefinition, WorkflowError
from workflows.graph import check, find
from workflows.models import WorkflowVersion
from workflows.services import Author, Problem

#: Scripts of the editor send it; they want a part of the page and not the page.
FRAGMENT = "X-Wf-Fragment"
States = Mapping[str, tuple[str, str]]
PARTS = {"drawer": "drawer.html", "editor": "editor.html"}


@dataclass(frozen=True)
class Said:
    """What the page says after a change, and how it goes on."""

    text: str
    #: The node that one looks at next.
    focus: str = ""
    #: The last step of editing is what was just done.
    undoable: bool = False


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
            frame |= _canvas_frame(name, asked)
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
            return self.refused(request, version, error)
        return self._do(request, version, command)

    def _copied(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.target(request, object_id, "view")
        node = found(version, request.GET.get("copy", ""))
        return HttpResponse(encode([node]), content_type="application/json")

    def _update(
        self, request: HttpRequest, version: WorkflowVersion, key: str
    ) -> HttpResponse:
        """Save the form of a node; what is wrong with it is shown where it is."""
        try:
            node = find(version.definition, key)
        except KeyError:
            return self._gone(request, version)
        both = forms_of(version, node, request.POST)
        if not both.are_valid():
            return self.invalid(request, version, f"node:{key}", both)
        return self._do(request, version, Update(key, both.values()), both)

    def _gone(self, request: HttpRequest, version: WorkflowVersion) -> HttpResponse:
        """Say who deleted a node whose settings somebody saves."""
        try:
            self._require_current(request, version)
        except EditConflict as error:
            return self.refused(request, version, error)
        raise Http404

    def _require_current(self, request: HttpRequest, version: WorkflowVersion) -> None:
        revision = self.revision(request)
        if revision != version.revision:
            raise EditConflict(str(version), revision, version.revision)

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
            self._require_current(request, version)
            done = command.apply(version.definition)
            author = Author(done.label, request.user)
            revision = self.revision(request)
            changed = services.edit(
                version, done.definition, revision=revision, author=author
            )
        except WorkflowError as error:
            return self.refused(request, version, error, _tried(command, posted))
        self.log_change(request, version, done.label)
        panel = request.POST.get("panel", "")
        panel = f"node:{done.focus}" if panel == "node" and done.focus else panel
        is_new = changed.definition != version.definition
        said = Said(done.label, done.focus, undoable=is_new)
        return self.edited(request, changed, panel, said)

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
            return self.refused(request, version, error)
        text = word % {"step": label}
        self.log_change(request, version, text)
        panel = request.POST.get("panel", "")
        return self.edited(request, changed, panel, Said(text))

    def edited(
        self, request: HttpRequest, version: WorkflowVersion, panel: str, said: Said
    ) -> HttpResponse:
        """Show the editor after a change."""
        if not is_fragment(request):
            self.message_user(request, said.text, messages.SUCCESS)
            query = f"?panel={panel}" if panel else ""
            anchor = f"#node-{said.focus}" if said.focus else ""
            return redirect(f"{self.place_of(version)}{query}{anchor}")
        version = self.get_queryset(request).get(pk=version.pk)
        return self.editor(request, version, panel, said=said)

    def refused(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        error: WorkflowError,
        tried: Tried | None = None,
    ) -> HttpResponse:
        """Say why nothing was changed; what was typed stays in its form."""
        if not is_fragment(request):
            self.say_problems(request, version, error)
            return redirect(self.place_of(version))
        version = self.get_queryset(request).get(pk=version.pk)
        tried, status = tried or Tried(), 422
        context: dict[str, Any] = {"refusal": sentences(error)}
        if isinstance(error, EditConflict):
            revision = self.revision(request)
            conflict = conflict_of(version, revision, tried)
            status, context["conflict"] = 409, conflict
        if isinstance(error, InvalidDefinition) and version.enabled:
            context["is_enabled"] = True
        posted, panel = tried.posted, tried.panel or self._panel(request)
        response = self.editor(request, version, panel, posted=posted, **context)
        response.status_code = status
        return response

    def _panel(self, request: HttpRequest) -> str:
        panel = request.POST.get("panel", "")
        return "" if panel == "node" else panel


def _canvas_frame(name: str, asked: Asked) -> dict[str, Any]:
    """Give what the canvas and the bar show."""
    version, problems = asked.version, asked.problems
    return {
        "marks": drawn(version, problems, _states(name, asked)),
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


def drawn(
    version: WorkflowVersion, problems: list[Problem], states: States | None = None
) -> list[Mark]:
    """Write the nodes down with their problems, if they have the shape of nodes."""
    is_sound = all(problem.node or problem.field for problem in problems)
    if is_sound or not check(version.definition):
        remarks = Remarks(_counted(problems), states or {})
        return marks(version.definition, remarks)
    return []


def _states(name: str, asked: Asked) -> States:
    """Show how the last test went where its panel is open, and else what is pinned."""
    if name == "tested" and (test := shown_test(asked)):
        return states_of(test)
    return pin_states(asked.version)


def _counted(problems: list[Problem]) -> Counter[str]:
    return Counter(problem.node for problem in problems if problem.node)


def _tried(command: Command, posted: NodeForms | None) -> Tried:
    panel = f"node:{command.key}" if isinstance(command, Update) else ""
    return Tried(command, posted, panel=panel)
