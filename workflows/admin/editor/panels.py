"""What the drawer of the editor shows: a node, the trigger, types to add, problems."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from workflows import registry
from workflows.admin.editor.asked import Asked, Made, found
from workflows.admin.editor.manual_runs import ran_panel, run_panel
from workflows.admin.editor.node_forms import NodeForms, forms_of
from workflows.admin.editor.rehearsal_panels import pin_panel, test_panel, tested_panel
from workflows.admin.pages import closed, laid_out
from workflows.admin.parts import PARTS
from workflows.admin.previews import previewed
from workflows.admin.summaries import panel_where_mended, version_rows
from workflows.editor import branches_of, title_of
from workflows.editor.canvas import group_of
from workflows.editor.commands import branches_with_nodes, size_of
from workflows.models import WorkflowVersion
from workflows.node_options import NodeOptions
from workflows.services import problems_at

#: Titles of the groups that a handler may name; other groups name themselves.
GROUPS = {
    "flow": gettext_lazy("Flow"),
    "data": gettext_lazy("Data"),
    "values": gettext_lazy("Values"),
    "outside": gettext_lazy("The world outside"),
    "people": gettext_lazy("People"),
}


@dataclass(frozen=True)
class Panel:
    """What the drawer shows, ready for its template."""

    name: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


def panel_of(name: str, asked: Asked) -> Panel | None:
    """Make the panel of this name; None for the closed drawer."""
    if not name:
        return None
    kind = name.partition(":")[0]
    if kind not in PANELS:
        raise Http404
    title, context = PANELS[kind](asked)
    return Panel(name, title, f"admin/workflows/editor/{kind}.html", context)


def _node(asked: Asked) -> Made:
    version = asked.version
    node = found(version, asked.subject)
    both: NodeForms = asked.posted or forms_of(version, node)
    if not asked.is_open:
        both.close()
    kind = node["type"]
    handler = registry.nodes.get(kind) if kind in registry.nodes else None
    title = node.get("title") or title_of(kind)
    return title, {
        "node": node,
        "handler": handler,
        "type_title": title_of(kind),
        "group": group_of(handler),
        "frame": laid_out(both.frame),
        "options": laid_out(both.options),
        "has_options": NodeOptions.read(node) is not None,
        "may_test": asked.may["test"],
        "config": laid_out(both.config) if both.config else None,
        "open": asked.is_open,
        "kept": branches_with_nodes(node),
        "size": size_of(node),
        "node_problems": problems_at(version, node) if asked.posted is None else [],
    }


def _add(asked: Asked) -> Made:
    """Offer the types of nodes for a place."""
    groups: dict[str, list[Any]] = {}
    for handler in registry.nodes:
        title = str(GROUPS.get(handler.group, handler.group)).capitalize()
        handler_group = group_of(handler)
        refused = ""
        if handler.waits and asked.version.synchronous:
            refused = _("It waits, and a synchronous workflow cannot.")
        row = {"handler": handler, "group": handler_group, "refused": refused}
        groups.setdefault(title, []).append(row)
    place = {name: asked.request.GET.get(name, "") for name in ("after", "branch")}
    where = _place_in_words(asked.version, **place)
    return _("Add a node"), {"groups": groups, "place": place, "where": where}


def _place_in_words(version: WorkflowVersion, after: str, branch: str) -> str:
    if not after:
        return _("At the start, before everything else.")
    node = found(version, after)
    names = {"node": node.get("title") or title_of(node["type"])}
    if not branch:
        return _("Behind “%(node)s”.") % names
    names["branch"] = branches_of(node).get(branch, branch)
    return _("First in “%(branch)s” of “%(node)s”.") % names


def _part(asked: Asked, name: str) -> Made:
    part = PARTS[name]
    is_open = asked.may["change"] and (
        part.survives_freezing or not asked.version.is_frozen
    )
    # What was typed stays, even where it could not be saved.
    form = asked.posted or part.form(asked.version, None)
    form = form if is_open or asked.posted else closed(form)
    context = {"part": part, "form": laid_out(form), "open": is_open}
    return str(part.title), context


def _trigger(asked: Asked) -> Made:
    title, context = _part(asked, "trigger")
    kind = asked.version.trigger_type
    typed: forms.Form | None = asked.posted
    return title, {
        **context,
        "trigger": registry.triggers.get(kind) if kind in registry.triggers else None,
        "preview": previewed(asked.version, timezone.now(), typed),
    }


def _options(asked: Asked) -> Made:
    return _part(asked, "options")


def _definition(asked: Asked) -> Made:
    return _part(asked, "definition")


def _problems(asked: Asked) -> Made:
    rows = []
    for problem in asked.problems:
        panel, name = panel_where_mended(problem), problem.node or _("trigger")
        rows.append({"problem": problem, "panel": panel, "name": name})
    return _("Problems"), {"rows": rows}


def _versions(asked: Asked) -> Made:
    versions = asked.version.workflow.versions.present().defer("definition")
    return _("Versions"), {"rows": version_rows(versions.select_related("workflow"))}


def _keys(_asked: Asked) -> Made:
    return _("Keys"), {"keys": KEYS}


#: Keys of the editor and what they do, as its help and the documentation list them.
KEYS = (
    (("↑", "↓"), gettext_lazy("go along the nodes")),
    (("←", "→"), gettext_lazy("go from branch to branch")),
    (("Home", "End"), gettext_lazy("go to the trigger, to the last node")),
    (("Enter",), gettext_lazy("open the settings")),
    (("A",), gettext_lazy("add a node behind this one")),
    (("Shift+A",), gettext_lazy("add a node before this one")),
    (("F2",), gettext_lazy("rename the node")),
    (("E",), gettext_lazy("disable the node, or enable it again")),
    (("Ctrl+X",), gettext_lazy("pick the node up; the arrows choose a place")),
    (("Enter",), gettext_lazy("put down what is picked up")),
    (("Alt+↑", "Alt+↓"), gettext_lazy("move the node one place")),
    (("Ctrl+C",), gettext_lazy("copy the node with its branches")),
    (("Ctrl+V",), gettext_lazy("paste behind this node")),
    (("Ctrl+Shift+V",), gettext_lazy("paste; the arrows choose a place")),
    (("Ctrl+D",), gettext_lazy("duplicate the node")),
    (("Delete",), gettext_lazy("delete the node")),
    (("Shift+Delete",), gettext_lazy("delete it, and keep the nodes of its branch")),
    (("C",), gettext_lazy("fold the branches, or unfold them")),
    (("Ctrl+Z",), gettext_lazy("undo")),
    (("Ctrl+Y", "Ctrl+Shift+Z"), gettext_lazy("redo")),
    (("/", "Ctrl+K"), gettext_lazy("find a node")),
    (("Ctrl+S",), gettext_lazy("save the settings")),
    (("T",), gettext_lazy("test the workflow")),
    (("Ctrl+Enter",), gettext_lazy("run by hand")),
    (("+", "-", "0", "1"), gettext_lazy("zoom in, zoom out, fit, real size")),
    (("?",), gettext_lazy("show this list")),
    (("Esc",), gettext_lazy("close, or put back")),
)

PANELS: dict[str, Callable[[Asked], Made]] = {
    "node": _node,
    "add": _add,
    "trigger": _trigger,
    "options": _options,
    "definition": _definition,
    "problems": _problems,
    "versions": _versions,
    "keys": _keys,
    "run": run_panel,
    "ran": ran_panel,
    "test": test_panel,
    "tested": tested_panel,
    "pin": pin_panel,
}
