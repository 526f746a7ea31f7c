"""The start page: what runs, what went wrong, what comes next, whether all is well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext, pgettext

from workflows.admin import listing
from workflows.admin.badges import duration, grouped
from workflows.admin.dashboard import glances
from workflows.admin.dashboard.charts import hours_chart
from workflows.admin.dashboard.glances import LastDay
from workflows.admin.editor.page import FRAGMENT
from workflows.admin.effects import EffectAdmin
from workflows.admin.executions.filters import listed_statuses
from workflows.admin.paging import MOST
from workflows.models import Workflow
from workflows.states import WRONG, ExecutionStatus
from workflows.watchdog import Vitals, examine, judge, lateness, sentence

#: Failures and coming runs that are listed.
LISTED = 8


@dataclass(frozen=True)
class Tile:
    """A figure with its name, which leads to what it counts."""

    name: str
    value: str
    url: str = ""
    kind: str = ""
    more: str = ""


class DashboardPage(EffectAdmin):
    """The part of the workflow admin that shows all at a glance."""

    def get_urls(self) -> list[URLPattern]:
        route = self.route("dashboard/", "dashboard", self.dashboard_view)
        return [route, *super().get_urls()]

    def dashboard_view(self, request: HttpRequest) -> HttpResponse:
        """Show the page; to its script what has changed since, or that nothing has."""
        sees = {
            name: request.user.has_perm(f"workflows.view_{name}")
            for name in ("execution", "worker")
        }
        sees["workflow"] = self.may(request, "view")
        if not any(sees.values()):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        board = render_to_string(
            "admin/workflows/workflow/board.html",
            {"sees": sees, **self._board(request, sees, timezone.now())},
            request,
        )
        etag = f'"{sha256(board.encode()).hexdigest()[:32]}"'
        if request.headers.get(FRAGMENT) != "board":
            page = {"title": _("Dashboard"), "board": board, "etag": etag}
            return self.page(request, "workflow/dashboard.html", **page, sees=sees)
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified()
        return HttpResponse(board, headers={"ETag": etag, "Cache-Control": "no-store"})

    def _board(
        self, request: HttpRequest, sees: dict[str, bool], now: datetime
    ) -> dict[str, Any]:
        context: dict[str, Any] = {}
        vitals = examine(now) if sees["execution"] or sees["worker"] else None
        if vitals is not None and sees["worker"]:
            found = judge(vitals)
            context["findings"] = [sentence(each.kind, each.facts) for each in found]
            context["health"] = [*_health(vitals)]
        if vitals is not None and sees["execution"]:
            day = glances.last_day(now)
            context |= {
                "tiles": [*self._tiles(vitals, day)],
                "day": day,
                "chart": hours_chart(day.hours, _in_words(day)),
                "failures": glances.last_failures(LISTED),
            }
        if sees["workflow"]:
            context["coming"] = self._coming(request)
        return context

    def _coming(self, request: HttpRequest) -> list[Workflow]:
        rows = listing.coming(Workflow.objects.present())[:LISTED]
        return [each for each in rows if self.may(request, "view", each)]

    def _tiles(self, vitals: Vitals, day: LastDay) -> Iterator[Tile]:
        running, waiting = ExecutionStatus.RUNNING, ExecutionStatus.WAITING
        for status in (running, waiting):
            count = glances.counted(status)
            url = self._listed(status__exact=status)
            yield Tile(str(status.label), _capped(count), url, status)
        oldest = duration(vitals.oldest)
        yield Tile(
            _("Ready to run"),
            _capped(vitals.runnable, is_more=vitals.runnable >= MOST),
            self._listed(status__exact=ExecutionStatus.QUEUED),
            "queued",
            _("the first for %(time)s") % {"time": oldest} if oldest else "",
        )
        wrong = self._listed(status__in=listed_statuses(WRONG), last="24h")
        kind = "failed" if day.wrong else "succeeded"
        yield Tile(_("Went wrong in 24 hours"), grouped(day.wrong), wrong, kind)
        yield Tile(
            _("Started in 24 hours"),
            grouped(day.total),
            self._listed(last="24h"),
            more=_("%(count)s an hour") % {"count": grouped(_an_hour(day, vitals.now))},
        )
        yield from _late(vitals.now)

    def _listed(self, **query: str) -> str:
        return f"{self.url('execution_changelist')}?{urlencode(query)}"


def _an_hour(day: LastDay, now: datetime) -> int:
    """Give how many there are in an hour, over the time that was counted."""
    span = now - day.since if day.since else glances.DAY
    return round(day.total / max(span / timedelta(hours=1), 0.01))


def _late(now: datetime) -> Iterator[Tile]:
    late = lateness(now)
    name = _("Half start within")
    if late is None:
        yield Tile(name, "–", more=_("nothing was planned in the last hour"))
        return
    more = _("95 of 100 within %(time)s of their moment") % {"time": duration(late.p95)}
    yield Tile(name, duration(late.p50), more=more)


def _health(vitals: Vitals) -> Iterator[tuple[str, str]]:
    yield pgettext("processes", "Workers"), grouped(vitals.workers)
    yield _("Schedulers"), grouped(vitals.schedulers)
    yield _("A schedule is late by"), duration(vitals.overdue) or "–"


def _in_words(day: LastDay) -> str:
    text = ngettext(
        "%(total)s execution in 24 hours: %(good)s succeeded, %(wrong)s went wrong.",
        "%(total)s executions in 24 hours: %(good)s succeeded, %(wrong)s went wrong.",
        day.total,
    )
    names = {"total": day.total, "good": day.succeeded, "wrong": day.wrong}
    return text % {name: grouped(count) for name, count in names.items()}


def _capped(count: int, *, is_more: bool = False) -> str:
    return f"> {grouped(MOST)}" if is_more or count > MOST else grouped(count)
