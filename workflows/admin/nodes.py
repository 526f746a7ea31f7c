"""Pages that add, edit and delete one node of a version."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _, gettext_lazy

from workflows import registry, services
from workflows.admin.forms import FrameForm
from workflows.admin.outline import branches_of, title_of
from workflows.admin.pages import closed, done, laid_out
from workflows.admin.summaries import problem_links
from workflows.admin.version_access import VersionAccess
from workflows.forms import ConfigForm
from workflows.graph import Definition, Node, find, insert, new_key, remove, replace
from workflows.models import WorkflowVersion
from workflows.services import scope_at, trigger_names

#: Titles of the groups that a handler may name; other groups name themselves.
GROUPS = {
    "flow": gettext_lazy("Flow"),
    "data": gettext_lazy("Data"),
    "values": gettext_lazy("Values"),
    "outside": gettext_lazy("The world outside"),
    "people": gettext_lazy("People"),
}


@dataclass
class NodeForms:
    """The two forms of a node: what all have, and what its type asks for."""

    frame: forms.Form
    config: ConfigForm | None

    def are_valid(self) -> bool:
        # Both are asked, so that both show their errors.
        frame, config = self.frame.is_valid(), self.config is None or self._config()
        return frame and config

    def _config(self) -> bool:
        return self.config is not None and self.config.is_valid()

    def values(self) -> dict[str, Any]:
        """Give the properties of the node to store."""
        config = {"config": self.config.config} if self.config else {}
        return {**self.frame.cleaned_data, **config}

    def close(self) -> None:
        closed(self.frame)
        if self.config is not None:
            closed(self.config)


def forms_of(
    definition: Definition,
    node: Node,
    data: QueryDict | None,
    trigger: frozenset[str] = frozenset(),
) -> NodeForms:
    """Make the forms of a node that is part of `definition`.

    `trigger` are the names that `services.trigger_names` gives.
    """
    frame = FrameForm(data, initial=node, prefix="node")
    if node["type"] not in registry.nodes:
        return NodeForms(frame, None)
    form_class = registry.nodes.get(node["type"]).form_class
    defaults = {name: each.initial for name, each in form_class.base_fields.items()}
    initial = {**defaults, **form_class.flat(node.get("config") or {})}
    scope = scope_at(definition, node["key"], trigger)
    config = form_class(data, initial=initial, prefix="config", scope=scope)
    return NodeForms(frame, config)


class NodePages(VersionAccess):
    """The part of the version admin that is about single nodes."""

    def node_urls(self) -> list[URLPattern]:
        place = "<path:object_id>/nodes/<slug:key>/"
        return [
            self.route("<path:object_id>/add_node/", "add_node", self.add_node_view),
            self.route(f"{place}delete/", "delete_node", self.delete_node_view),
            self.route(place, "node", self.node_view),
        ]

    def node_view(self, request: HttpRequest, object_id: str, key: str) -> HttpResponse:
        posts = request.method == "POST"
        version = self.target(request, object_id, "change" if posts else "view")
        node = _node(version, key)
        both = self._forms(version, version.definition, node, request)
        if posts and both.are_valid():
            changed = replace(version.definition, key, **both.values())
            text = _("Changed node “%(key)s”.") % {"key": key}
            if self._store(request, version, changed, both.frame, text):
                return redirect(self._place(version, key))
        return self._node_page(request, version, node, both)

    def add_node_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the type first, then show the form of that type."""
        version = self.target(request, object_id, "change")
        place = {name: request.GET.get(name, "") for name in ("after", "branch")}
        kind = request.GET.get("type", "")
        if kind not in registry.nodes:
            return self._type_page(request, version, place)
        node: Node = {"key": new_key(version.definition, kind), "type": kind}
        try:
            probe = insert(version.definition, node, **place)
        except KeyError:
            raise Http404 from None
        posts = request.method == "POST"
        both = self._forms(version, probe, node, request)
        if posts and both.are_valid():
            given = {name: value for name, value in both.values().items() if value}
            changed = insert(version.definition, {**node, **given}, **place)
            text = _("Added node “%(key)s”.") % {"key": node["key"]}
            if self._store(request, version, changed, both.frame, text):
                return redirect(self._place(version, node["key"]))
        return self._node_page(request, version, node, both, is_new=True)

    def delete_node_view(
        self, request: HttpRequest, object_id: str, key: str
    ) -> HttpResponse:
        version = self.target(request, object_id, "change")
        node = _node(version, key)
        form = KeepForm(node, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            keep = form.cleaned_data["keep"]
            changed = remove(version.definition, key, keep=keep)
            text = _("Deleted node “%(key)s”.") % {"key": key}
            if self._store(request, version, changed, form, text):
                return redirect(f"{self.place_of(version)}#nodes")
        return self.page(
            request,
            "workflowversion/delete_node.html",
            **{**self.frame(request, version), "title": _("Delete node")},
            node=_shown(node),
            form=form,
            revision=request.POST.get("revision", version.revision),
        )

    def _forms(
        self,
        version: WorkflowVersion,
        definition: Definition,
        node: Node,
        request: HttpRequest,
    ) -> NodeForms:
        data = request.POST if request.method == "POST" else None
        return forms_of(definition, node, data, trigger_names(version))

    def _store(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        definition: Definition,
        form: forms.Form,
        text: str,
    ) -> bool:
        revision = self.revision(request)

        def change() -> None:
            services.change_definition(version, definition, revision=revision)

        if not done(form, change):
            return False
        self.log_change(request, version, text)
        self.message_user(request, text, messages.SUCCESS)
        return True

    def _node_page(
        self,
        request: HttpRequest,
        version: WorkflowVersion,
        node: Node,
        both: NodeForms,
        *,
        is_new: bool = False,
    ) -> HttpResponse:
        frame = self.frame(request, version)
        is_open = frame["may"]["change"] and not version.is_frozen
        if not is_open:
            both.close()
        links = problem_links(self, version)
        kind = node["type"]
        context = {
            **frame,
            "title": _("Add a node") if is_new else _("Node"),
            "node": _shown(node),
            "handler": registry.nodes.get(kind) if kind in registry.nodes else None,
            "frame": laid_out(both.frame),
            "config": laid_out(both.config) if both.config else None,
            "open": is_open,
            "is_new": is_new,
            "problems": [link for link in links if link.problem.node == node["key"]],
            "revision": request.POST.get("revision", version.revision),
        }
        return self.page(request, "workflowversion/node.html", **context)

    def _type_page(
        self, request: HttpRequest, version: WorkflowVersion, place: dict[str, str]
    ) -> HttpResponse:
        groups: dict[str, list[Any]] = {}
        for handler in registry.nodes:
            title = str(GROUPS.get(handler.group, handler.group))
            groups.setdefault(title, []).append(handler)
        return self.page(
            request,
            "workflowversion/add_node.html",
            **{**self.frame(request, version), "title": _("Add a node")},
            groups=groups,
            place=place,
        )

    def _place(self, version: WorkflowVersion, key: str) -> str:
        return f"{self.place_of(version)}#node-{key}"


class KeepForm(forms.Form):
    """Which branch of a deleted node stays, in its place."""

    keep = forms.ChoiceField(required=False, widget=forms.RadioSelect)

    def __init__(self, node: Node, data: QueryDict | None) -> None:
        super().__init__(data)
        field = self.fields["keep"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        filled = [
            (name, _("Keep the nodes of “%(branch)s”") % {"branch": title})
            for name, title in branches_of(node).items()
            if node.get("branches", {}).get(name)
        ]
        field.label = _("Nodes inside")
        field.choices = [("", _("Delete them too")), *filled] if filled else []


def _node(version: WorkflowVersion, key: str) -> Node:
    try:
        return find(version.definition, key)
    except (KeyError, TypeError):
        raise Http404 from None


def _shown(node: Node) -> dict[str, str]:
    title = title_of(node["type"])
    return {
        "key": node["key"],
        "type": node["type"],
        "type_title": title,
        "title": node.get("title") or title,
    }
