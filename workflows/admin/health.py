"""The page that shows whether work is being done: figures, processes, incidents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext, pgettext

from workflows.admin.badges import badge, duration, moment
from workflows.admin.pages import PunctualAdmin
from workflows.models import Alert, HealthCheck, Incident, Restart
from workflows.watchdog import (
    Process,
    Vitals,
    examine,
    judge,
    lateness,
    processes,
    sentence,
)
from workflows.watchdog.vitals import MOST

#: Incidents in the table, and executions that are named beside their worker.
INCIDENTS, NAMED = 20, 5
#: A watchdog that looked longer ago than this does not run any more.
FORGOTTEN = timedelta(minutes=5)


@dataclass(frozen=True)
class ProcessRow:
    """A process in the table."""

    process: Process
    kind: str
    badge: SafeString
    beat: str
    named: list[Any]
    more: int


@dataclass(frozen=True)
class IncidentRow:
    """An incident in the table."""

    incident: Incident
    badge: SafeString
    text: str
    took: str
    told: str
    restarts: list[str]


class HealthPage(PunctualAdmin):
    """The part of the worker admin that shows all at a glance."""

    def get_urls(self) -> list[URLPattern]:
        return [self.route("health/", "health", self.health_view), *super().get_urls()]

    def health_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        vitals = examine(now)
        return self.page(
            request,
            "worker/health.html",
            title=_("Cluster health"),
            findings=[sentence(each.kind, each.facts) for each in judge(vitals)],
            forgotten=_forgotten(now),
            facts=[*_facts(vitals)],
            rows=[_process(row, now) for row in processes(now)],
            incidents=[*_incidents(now)],
            sees_executions=self.granted(request, "view_execution"),
        )


def _forgotten(now: datetime) -> bool:
    recent = HealthCheck.objects.filter(checked_at__gt=now - FORGOTTEN)
    return not recent.exists()


def _facts(vitals: Vitals) -> Iterator[tuple[str, Any]]:
    more = "> " if vitals.runnable >= MOST else ""
    late = lateness(vitals.now)
    yield pgettext("processes", "Workers"), vitals.workers
    yield _("Schedulers"), vitals.schedulers
    yield _("Executions that wait for a worker"), f"{more}{vitals.runnable}"
    yield _("The first waits for"), duration(vitals.oldest) or "–"
    yield _("A schedule is late by"), duration(vitals.overdue) or "–"
    yield _("Wake-ups not taken"), "?" if vitals.messages is None else vitals.messages
    yield _("Started in the last hour"), late.count if late else 0
    if late:
        yield _("Half of them late by less than"), duration(late.p50)
        yield _("99 of 100 late by less than"), duration(late.p99)
    yield _("Last look of the watchdog"), _last_look()


def _last_look() -> SafeString | str:
    last = HealthCheck.objects.first()
    return moment(last.checked_at) if last else _("never")


def _process(row: Process, now: datetime) -> ProcessRow:
    state = badge("on", _("Alive")) if row.alive else badge("failed", _("Silent"))
    # A clock that runs ahead on another machine makes it younger than nothing.
    silence = max(now - row.last_beat, timedelta(0))
    return ProcessRow(
        process=row,
        kind=row.worker.get_kind_display(),
        badge=state,
        beat=_("%(time)s ago") % {"time": duration(silence)},
        named=row.runs[:NAMED],
        more=len(row.runs[NAMED:]),
    )


def _incidents(now: datetime) -> Iterator[IncidentRow]:
    confirmed = Incident.objects.confirmed().prefetch_related("alerts", "restarts")
    lasting_first = F("ended_at").desc(nulls_first=True)
    for incident in confirmed.order_by(lasting_first, "-pk")[:INCIDENTS]:
        lasts = incident.ended_at is None
        yield IncidentRow(
            incident=incident,
            badge=badge("error", _("Lasts")) if lasts else badge("on", _("Over")),
            text=sentence(incident.kind, incident.facts),
            took=duration((incident.ended_at or now) - incident.first_seen_at),
            told=_told(incident),
            restarts=[*_restarts(incident)],
        )


def _restarts(incident: Incident) -> Iterator[str]:
    for each in incident.restarts.all():
        if each.signal != Restart.REMEMBERED:
            yield str(each)


def _told(incident: Incident) -> str:
    alerts: list[Alert] = list(incident.alerts.all())
    if not alerts:
        return _("nobody: no address is set")
    if unsent := [alert for alert in alerts if alert.sent_at is None]:
        text = ngettext(
            "%(count)d alert not sent yet: %(error)s",
            "%(count)d alerts not sent yet: %(error)s",
            len(unsent),
        )
        error = unsent[0].error or _("it is its turn soon")
        return text % {"count": len(unsent), "error": error}
    channels = dict.fromkeys(str(alert.get_channel_display()) for alert in alerts)
    return ", ".join(channels)
