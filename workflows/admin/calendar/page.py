"""The calendar: a page of what ran and what will, and the planned runs as JSON."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from heapq import merge
from itertools import groupby, islice
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from workflows import registry
from workflows.admin.calendar import entries as entries_of, ranges
from workflows.admin.calendar.entries import PLANNED, Entry, Peak
from workflows.admin.calendar.ranges import DAY, MONTH, VIEWS, WEEK, Range
from workflows.admin.effects import EffectAdmin
from workflows.contracts import Calendar, CalendarQuery, PlannedRun
from workflows.models import Category, Workflow
from workflows.services import trigger_problems
from workflows.states import ExecutionStatus

#: Runs in one answer, and of one schedule.
MOST, EACH = 2000, 500
#: A little over a year: what a calendar shows at once.
LONGEST = timedelta(days=370)
#: By view: runs of a version that a slot lists and that it counts, and entries that it
#: shows.
AMOUNTS = {MONTH: (3, 100, 6), WEEK: (4, 1500, 16), DAY: (4, 3600, 40)}


class RangeForm(forms.Form):
    """The range that a program asks for."""

    start = forms.DateTimeField(label=_("From"))
    end = forms.DateTimeField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and not timedelta(0) <= end - start <= LONGEST:
            message = gettext("The range must not be negative, or longer than a year.")
            self.add_error("end", message)
        return cleaned


class DayInput(forms.DateInput):
    """A day, with the calendar of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CalendarForm(forms.Form):
    """What the page shows; whatever cannot be read is left out."""

    view = forms.ChoiceField(
        label=_("Show"), choices=list(VIEWS.items()), required=False
    )
    date = forms.DateField(
        label=_("Day"), required=False, widget=DayInput, input_formats=["%Y-%m-%d"]
    )
    workflow = forms.ModelChoiceField(
        Workflow.objects.none(),
        label=_("Workflow"),
        required=False,
        empty_label=pgettext_lazy("workflows", "All"),
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        label=_("Category"),
        required=False,
        empty_label=pgettext_lazy("categories", "All"),
    )

    def __init__(
        self,
        workflows: QuerySet[Workflow],
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="calendar_%s")
        self.fields["workflow"].queryset = workflows  # type: ignore[attr-defined]

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        return day and min(max(day, ranges.FIRST), ranges.LAST)


@dataclass(frozen=True)
class Row:
    """An entry as the page shows it."""

    entry: Entry
    title: str
    label: str
    url: str
    time: datetime


@dataclass(frozen=True)
class Slot:
    """A day, or an hour of a day."""

    start: datetime
    label: str
    rows: list[Row]
    #: Entries that are left out; they are on the page of the day.
    more: int
    peak: Peak | None
    url: str
    is_now: bool = False
    #: A day of another month.
    is_outside: bool = False


class CalendarPage(EffectAdmin):
    """The part of the workflow admin that shows and answers calendars."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("planned/", "planned", self.planned_view),
            self.route("calendar/", "calendar", self.calendar_view),
            *super().get_urls(),
        ]

    def planned_view(self, request: HttpRequest) -> HttpResponse:
        """Answer `?start=…&end=…` with `{"runs": [...], "complete": true}`."""
        if not self.may(request, "view"):
            raise PermissionDenied
        form = RangeForm(request.GET)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        edges = form.cleaned_data["start"], form.cleaned_data["end"]
        calendar = planned(CalendarQuery(edges, timezone.now(), MOST, EACH, EACH + 1))
        runs = [_as_json(each) for each in calendar.runs]
        complete = calendar.complete and not calendar.crowds
        return JsonResponse({"runs": runs, "complete": complete})

    # The page.

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """Show `?view=month&date=2026-11-28&workflow=7&category=3`."""
        if not self.may(request, "view"):
            raise PermissionDenied
        offered, now = self._offered(request), timezone.now()
        form = CalendarForm(offered, request.GET)
        form.is_valid()
        asked = form.cleaned_data
        zone = _zone(asked.get("workflow"))
        today = now.astimezone(zone).date()
        view = asked.get("view") or MONTH
        span = Range(view, asked.get("date") or today, zone)
        with timezone.override(zone):
            context = self._calendar(request, span, now, asked)
            shown = {"view": view, "date": f"{span.day:%Y-%m-%d}"}
            chosen = {**request.GET.dict(), **shown}
            page = self.page(
                request,
                "workflow/calendar.html",
                title=gettext("Calendar"),
                form=CalendarForm(offered, initial=chosen),
                span=span,
                views=[(n, t, _link(request, view=n)) for n, t in VIEWS.items()],
                before=_link(request, date=span.before),
                after=_link(request, date=span.after),
                today=_link(request, date=today),
                zone=timezone.get_current_timezone_name(),
                **context,
            )
            return page.render()

    def _offered(self, request: HttpRequest) -> QuerySet[Workflow]:
        """Give the workflows that the reader may see."""
        present = Workflow.objects.present().order_by("title", "pk")
        hidden = [each.pk for each in present if not self.may(request, "view", each)]
        return present.exclude(pk__in=hidden) if hidden else present

    def _calendar(
        self, request: HttpRequest, span: Range, now: datetime, asked: dict[str, Any]
    ) -> dict[str, Any]:
        workflows = _wanted(asked)
        each, counted, _most = AMOUNTS[span.view]
        # The last second: what begins with the next day belongs there.
        edges = [*span.edges[:-1], span.end - timedelta(seconds=1)]
        query = CalendarQuery(edges, now, MOST, each, counted, workflows)
        calendar = planned(query)
        entries = entries_of.planned(span, calendar)
        sees = request.user.has_perm("workflows.view_execution")
        since = None
        if sees:
            history = entries_of.past(span, now, workflows)
            entries += history.entries
            since = history.since
        known = self._known(request, {each.workflow for each in entries})
        entries = [each for each in entries if each.workflow in known]
        slots = self._slots(request, span, now, entries, known)
        return {
            "slots": slots,
            "is_empty": not entries,
            "complete": calendar.complete,
            "since": since,
            "sees_executions": sees,
            "note": span.note(),
            "weekdays": slots[:7] if span.view != DAY else [],
        }

    def _known(self, request: HttpRequest, ids: Collection[int]) -> dict[int, str]:
        """Give the titles of the workflows that the reader may see."""
        found = Workflow.objects.in_bulk(list(ids))
        titles = {
            pk: workflow.title
            for pk, workflow in found.items()
            if self.may(request, "view", workflow)
        }
        # What is purged has no row to ask about, and its history stays.
        gone = gettext("deleted")
        return titles | {pk: gone for pk in ids if pk not in found}

    def _slots(
        self,
        request: HttpRequest,
        span: Range,
        now: datetime,
        entries: list[Entry],
        titles: dict[int, str],
    ) -> list[Slot]:
        most = AMOUNTS[span.view][2]
        peaks = entries_of.peaks(span, entries)
        rows = entries_of.gathered(entries)
        by_slot = {n: list(g) for n, g in groupby(rows, key=lambda each: each.slot)}
        labels = span.labels() if span.view == DAY else [""] * len(span.days)
        slots = []
        for number, start in enumerate(span.edges[:-1]):
            here = by_slot.get(number, [])
            end = span.edges[number + 1]
            local = start.astimezone(span.zone)
            slots.append(
                Slot(
                    start=local,
                    label=labels[number],
                    rows=[self._row(span, each, titles) for each in here[:most]],
                    more=len(here[most:]),
                    peak=peaks.get(number),
                    url=_link(request, view=DAY, date=local.date()),
                    is_now=start <= now < end,
                    is_outside=span.view == MONTH and local.month != span.day.month,
                )
            )
        return slots

    def _row(self, span: Range, entry: Entry, titles: dict[int, str]) -> Row:
        is_planned = entry.kind == PLANNED
        label = _("Planned") if is_planned else ExecutionStatus(entry.kind).label
        return Row(
            entry=entry,
            title=titles[entry.workflow],
            label=str(label),
            url=self._place(span, entry),
            time=entry.first.astimezone(span.zone),
        )

    def _place(self, span: Range, entry: Entry) -> str:
        if entry.kind == PLANNED:
            return self.url("workflowversion_change", entry.pk)
        if entry.count == 1:
            return self.url("execution_change", entry.pk)
        site = timezone.get_default_timezone()
        bounds = (
            span.edges[entry.slot],
            span.edges[entry.slot + 1] - timedelta(seconds=1),
        )
        since, until = (f"{each.astimezone(site):%Y-%m-%dT%H:%M:%S}" for each in bounds)
        query = {
            "workflow__id__exact": entry.workflow,
            "status__exact": entry.kind,
            "since": since,
            "until": until,
        }
        return f"{self.url('execution_changelist')}?{urlencode(query)}"


def planned(query: CalendarQuery) -> Calendar:
    """Merge what all triggers plan."""
    calendars = [trigger.calendar(query) for trigger in registry.triggers]
    every = merge(*(each.runs for each in calendars), key=lambda p: p.run.moment)
    runs = list(islice(every, query.most + 1))
    complete = len(runs) <= query.most and all(each.complete for each in calendars)
    crowds = [crowd for each in calendars for crowd in each.crowds]
    return Calendar(runs[: query.most], crowds, complete=complete)


def _as_json(planned: PlannedRun) -> dict[str, Any]:
    return {
        "workflow": planned.workflow_id,
        "version": planned.version_id,
        "title": planned.title,
        "moment": planned.run.moment.isoformat(),
        "record": planned.run.record,
        "note": planned.run.note,
    }


def _wanted(asked: dict[str, Any]) -> set[int] | None:
    """Give the workflows that are chosen; None for all."""
    workflow, category = asked.get("workflow"), asked.get("category")
    if category is not None:
        ids = set(category.workflows.values_list("pk", flat=True))
        return ids & {workflow.pk} if workflow else ids
    return {workflow.pk} if workflow else None


def _zone(workflow: Workflow | None) -> tzinfo:
    """Show one workflow in the zone of its schedule, all of them in the site's."""
    zone = None
    if workflow is not None:
        heads = workflow.versions.filter(Q(enabled=True) | Q(current=True))
        for version in sorted(heads, key=lambda each: not each.enabled)[:1]:
            kind, config = version.trigger_type, version.trigger_config
            if not any(trigger_problems(kind, config)):
                zone = registry.triggers.get(kind).zone(config)
    return zone or timezone.get_default_timezone()


def _link(request: HttpRequest, **changes: Any) -> str:
    """Give the same page with other choices."""
    chosen = {name: value for name, value in request.GET.items() if value}
    return "?" + urlencode({**chosen, **{n: str(v) for n, v in changes.items()}})
