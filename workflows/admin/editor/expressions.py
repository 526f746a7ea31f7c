"""What the editor asks while an expression is typed: names, and what it would give."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflows.admin.badges import cut, pretty
from workflows.admin.editor.asked import found
from workflows.admin.version_access import VersionAccess
from workflows.collections import collection
from workflows.editor.fields import fields_of
from workflows.editor.names import names_at
from workflows.editor.samples import samples_of, tried
from workflows.exceptions import CollectionNotAllowed, NoSample, WorkflowError

#: Characters of a result that are shown.
SHOWN = 500


class ExpressionPages(VersionAccess):
    """The part of the version admin that helps to write expressions."""

    def expression_urls(self) -> list[URLPattern]:
        place = "<path:object_id>/nodes/<slug:key>/"
        return [
            self.route(f"{place}names/", "names", self.names_view),
            self.route("<path:object_id>/fields/", "fields", self.fields_view),
            self.route(f"{place}try/", "try", require_POST(self.try_view)),
        ]

    def names_view(
        self, request: HttpRequest, object_id: str, key: str
    ) -> JsonResponse:
        """List the names at a node; who may see runs, sees values of the last one."""
        version = self.target(request, object_id, "view")
        found(version, key)
        samples = samples_of(version) if self.sees_runs(request) else None
        return JsonResponse({"names": names_at(version, key, samples)})

    def fields_view(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """List the fields that a filter over an allowed collection may ask."""
        self.target(request, object_id, "view")
        try:
            model = collection(request.GET.get("collection"))
        except CollectionNotAllowed as error:
            raise Http404 from error
        return JsonResponse({"fields": fields_of(model)})

    def try_view(self, request: HttpRequest, object_id: str, key: str) -> JsonResponse:
        """Work a setting out with the values of the last run; nothing is saved."""
        version = self.target(request, object_id, "change")
        found(version, key)
        if not self.sees_runs(request):
            raise PermissionDenied
        samples, text = samples_of(version) or {}, request.POST.get("text", "")
        try:
            value = tried(version, key, text, samples, timezone.now())
        except NoSample:
            note = _(
                "Once a run or a test has come this far, its result is shown here."
            )
            return JsonResponse({"text": note, "kind": "note"})
        except WorkflowError as error:
            return JsonResponse({"text": cut(str(error), SHOWN), "kind": "error"})
        return JsonResponse({"text": cut(_shown(value), SHOWN), "kind": "result"})


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else pretty(value)
