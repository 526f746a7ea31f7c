"""Two versions side by side: what was added, removed, moved and changed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _, gettext_lazy

from workflows.admin.badges import cut, pretty
from workflows.admin.listing import trigger_in_words
from workflows.admin.summaries import trigger_of
from workflows.admin.version_access import VersionAccess
from workflows.editor import marks, title_of
from workflows.editor.canvas import Remarks
from workflows.editor.comparing import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    Change,
    Comparison,
    Difference,
    compare,
    differences,
    text_lines,
)
from workflows.graph import check
from workflows.models import WorkflowVersion

#: Characters of a value in the list of changes; all of it is in the text.
SHOWN = 300
WORDS = {
    ADDED: gettext_lazy("added"),
    REMOVED: gettext_lazy("removed"),
    CHANGED: gettext_lazy("changed"),
    MOVED: gettext_lazy("moved"),
}


class ComparePage(VersionAccess):
    """The part of the version admin that compares."""

    def compare_urls(self) -> list[URLPattern]:
        view = self.compare_view
        return [self.route("<path:object_id>/compare/", "compare", view)]

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare with another version of the workflow, by default the one before."""
        version = self.target(request, object_id, "view")
        versions = list(self._siblings(version))
        other = _chosen(request, version, versions)
        old, new = sorted((version, other), key=lambda each: each.number)
        found = compare(old.definition, new.definition)
        return self.page(
            request,
            "editor/compare.html",
            **{**self.frame(request, version), "title": _("Compare")},
            versions=versions,
            other=other,
            sides=[
                self._side(old, found, REMOVED, CHANGED, MOVED, side="old-"),
                self._side(new, found, ADDED, CHANGED, MOVED, side="new-"),
            ],
            rows=[_row(change) for change in found.changes],
            around=[_shown(each) for each in differences(_around(old), _around(new))],
            lines=text_lines(_whole(old), _whole(new)),
        )

    def _siblings(self, version: WorkflowVersion) -> Any:
        versions = version.workflow.versions.present().order_by("-number")
        return versions.select_related("workflow")

    def _side(
        self, version: WorkflowVersion, found: Comparison, *kinds: str, side: str
    ) -> dict[str, Any]:
        states = {
            key: (kind, str(WORDS[kind])) for key, kind in found.kinds(*kinds).items()
        }
        return {
            "version": version,
            "marks": []
            if check(version.definition)
            else marks(version.definition, Remarks(states=states)),
            "words": trigger_in_words(version),
            "trigger": trigger_of(version),
            "side": side,
            "url": self.place_of(version),
        }


def _chosen(
    request: HttpRequest, version: WorkflowVersion, versions: list[WorkflowVersion]
) -> WorkflowVersion:
    """Find the version to compare with, of the same workflow."""
    wanted = request.GET.get("with")
    if wanted is not None:
        for each in versions:
            if str(each.pk) == wanted:
                return each
        raise Http404
    older = (each for each in versions if each.number < version.number)
    return next(older, version)


def _around(version: WorkflowVersion) -> dict[str, Any]:
    """Give what a version says besides its nodes."""
    return {
        "trigger": version.trigger_type,
        "trigger_config": version.trigger_config,
        "options": version.options,
    }


def _whole(version: WorkflowVersion) -> dict[str, Any]:
    return {**_around(version), "definition": version.definition}


def _row(change: Change) -> dict[str, Any]:
    kind = change.node["type"]
    return {
        "key": change.key,
        "kind": change.kind,
        "word": WORDS[change.kind],
        "title": change.node.get("title") or title_of(kind),
        "differences": [_shown(each) for each in change.differences],
    }


def _shown(difference: Difference) -> dict[str, str]:
    return {
        "name": difference.name,
        "before": shown_value(difference.before),
        "after": shown_value(difference.after),
    }


def shown_value(value: Any) -> str:
    text = value if isinstance(value, str) else pretty(value)
    return "" if value is None else cut(text, SHOWN)
