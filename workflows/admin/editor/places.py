"""What the editor asks while a node is picked up: where it would do harm."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern

from workflows.admin.editor.asked import found
from workflows.admin.version_access import VersionAccess
from workflows.editor.pasting import nodes_from
from workflows.editor.places import risks_of_moving, risks_of_pasting
from workflows.exceptions import CommandRefused


class PlacesPage(VersionAccess):
    """The part of the version admin that judges places."""

    def places_urls(self) -> list[URLPattern]:
        return [self.route("<path:object_id>/places/", "places", self.places_view)]

    def places_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List the places that are a risk for node `?key`, or for posted nodes."""
        version = self.target(request, object_id, "change")
        try:
            if request.method == "POST":
                nodes = nodes_from(request.POST.get("nodes", ""))
                risks = risks_of_pasting(version.definition, nodes)
            else:
                key = request.GET.get("key", "")
                found(version, key)
                risks = risks_of_moving(version.definition, key)
        except CommandRefused as error:
            return JsonResponse({"error": str(error)}, status=422)
        rows = [
            {"after": after, "branch": branch, "reason": reason}
            for (after, branch), reason in risks.items()
        ]
        return JsonResponse({"places": rows})
