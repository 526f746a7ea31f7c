"""What is stopped for all workflows: one switch each, with its question and its log."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows import registry
from workflows.admin.effects import EffectAdmin
from workflows.contracts import Stopped, Switch


@dataclass(frozen=True)
class SwitchState:
    """A switch as somebody sees it."""

    switch: Switch
    stopped: Stopped | None
    allowed: bool


def switches_for(user: Any) -> list[SwitchState]:
    return [
        SwitchState(switch, switch.stopped(), user.has_perm(switch.permission))
        for switch in registry.switches
    ]


class SwitchPage(EffectAdmin):
    """The part of the workflow admin that stops and releases."""

    def get_urls(self) -> list[URLPattern]:
        route = self.route("switch/<slug:name>/", "switch", self.switch_view)
        return [route, *super().get_urls()]

    def switch_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask before stopping; POST with `wanted` = `stop` or `release` does it."""
        if name not in registry.switches:
            raise Http404
        switch = registry.switches.get(name)
        if not request.user.has_perm(switch.permission):
            raise PermissionDenied
        wanted = request.POST.get("wanted")
        if request.method == "POST" and wanted in {"stop", "release"}:
            self._throw(request, switch, stop=wanted == "stop")
            return redirect(self.back(request, self.url("workflow_changelist")))
        context = {"title": switch.stop_label, "switch": switch}
        return self.page(
            request, "workflow/switch.html", **context, stopped=switch.stopped()
        )

    def _throw(self, request: HttpRequest, switch: Switch, *, stop: bool) -> None:
        now, before = timezone.now(), switch.stopped()
        changed = switch.stop(now, request.user) if stop else switch.release(now)
        text = str(switch.stop_done if stop else switch.release_done)
        state = switch.stopped() if stop else before
        if not changed:
            text = _("Somebody else was faster; nothing was changed.")
            self.message_user(request, text, messages.WARNING)
            return
        if state is not None:
            self.log_change(request, state.row, text)
        self.message_user(request, text, messages.SUCCESS)
