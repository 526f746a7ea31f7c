"""Tests of a whole version, and the results that are pinned for them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows import services
from workflows.admin.editor.asked import found
from workflows.admin.editor.page import EditorPages, Said
from workflows.admin.editor.rehearsal_panels import PinForm, RehearsalForms
from workflows.exceptions import CommandRefused, WorkflowError
from workflows.models import WorkflowVersion


class RehearsalPages(EditorPages):
    """The part of the version admin that tests versions and pins results."""

    def rehearsal_urls(self) -> list[URLPattern]:
        return [
            self.route("<path:object_id>/rehearse/", "rehearse", self.rehearse_view),
            self.route("<path:object_id>/pin/", "pin", self.pin_view),
        ]

    # Testing.

    def rehearse_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Test the version with what was posted; show how it went."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = self.target(request, object_id, "view")
        if not self.granted(request, "test_node"):
            raise PermissionDenied
        start = request.POST.get("start", "")
        if start:
            found(version, start)
        asked = RehearsalForms(
            version, start, request.POST, sees_runs=self.sees_runs(request)
        )
        if not asked.are_valid():
            return self.invalid(request, version, _panel_of("test", start), asked)
        try:
            self._rehearse(request, version, asked)
        except WorkflowError as error:
            return self.refused(request, version, error)
        text = _("Tested version %(number)s.") % {"number": version.number}
        self.log_change(request, version, text)
        return self.edited(request, version, "tested", Said(text))

    def _rehearse(
        self, request: HttpRequest, version: WorkflowVersion, asked: RehearsalForms
    ) -> None:
        context = asked.context(timezone.now())
        if asked.keeps and self._may_pin(request, version):
            services.pin(version, services.TRIGGER, services.Given(context))
        play = services.Play(context, asked.plan, acts=asked.acts, user=request.user)
        services.rehearse_version(version, play, timezone.now)

    # Pinning.

    def pin_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pin what was typed or what was last, or unpin, for a node or the trigger."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = self.target(request, object_id, "change")
        key, action = request.POST.get("key", ""), request.POST.get("do", "")
        if key:
            found(version, key)
        if action not in PINNING:
            raise Http404
        if action != "unpin" and not self._may_pin(request, version):
            raise PermissionDenied
        panel = _panel_of("pin", key) if key else "test"
        if action == "pin":
            form = PinForm(found(version, key), request.POST)
            if not form.is_valid():
                return self.invalid(request, version, panel, form)
        try:
            text = PINNING[action](version, key, request.POST)
        except WorkflowError as error:
            return self.refused(request, version, error)
        self.log_change(request, version, text)
        return self.edited(request, version, panel, Said(text))

    def _may_pin(self, request: HttpRequest, version: WorkflowVersion) -> bool:
        """Ask both: what is pinned may come from executions, and is seen with them."""
        return self.may(request, "change", version) and self.sees_runs(request)


def _panel_of(kind: str, key: str) -> str:
    return f"{kind}:{key}" if key else kind


def _pin(version: WorkflowVersion, key: str, posted: Any) -> str:
    form = PinForm(found(version, key), posted)
    form.is_valid()
    services.pin(version, key, form.given)
    return _("Pinned a result of “%(key)s”.") % {"key": key}


def _pin_last(version: WorkflowVersion, key: str, _posted: Any) -> str:
    if not key:
        _pin_example(version)
        return _("Pinned the example of the trigger.")
    given = services.results_of(version, sees_runs=True).get(key)
    if given is None:
        raise CommandRefused(_("the node has given no result yet"))
    services.pin(version, key, given)
    return _("Pinned the last result of “%(key)s”.") % {"key": key}


def _pin_example(version: WorkflowVersion) -> None:
    context = services.last_context(version)
    if context is None:
        raise CommandRefused(_("there was no run yet"))
    services.pin(version, services.TRIGGER, services.Given(dict(context)))


def _unpin(version: WorkflowVersion, key: str, _posted: Any) -> str:
    services.unpin(version, key)
    if not key:
        return _("Unpinned the example of the trigger.")
    return _("Unpinned the result of “%(key)s”.") % {"key": key}


PINNING: Mapping[str, Callable[[WorkflowVersion, str, Any], str]] = {
    "pin": _pin,
    "last": _pin_last,
    "unpin": _unpin,
}
