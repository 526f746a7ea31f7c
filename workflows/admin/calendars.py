"""The planned runs of all workflows as JSON, for a calendar."""

from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from workflows import registry
from workflows.admin.effects import EffectAdmin
from workflows.contracts import Calendar, PlannedRun

#: Runs in one answer.
MOST = 2000
#: A little over a year: what a calendar shows at once.
LONGEST = timedelta(days=370)


class RangeForm(forms.Form):
    """The range that a calendar asks for."""

    start = forms.DateTimeField(label=_("From"))
    end = forms.DateTimeField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and not timedelta(0) <= end - start <= LONGEST:
            message = gettext("The range must not be negative, or longer than a year.")
            self.add_error("end", message)
        return cleaned


class CalendarPage(EffectAdmin):
    """The part of the workflow admin that answers calendars."""

    def get_urls(self) -> list[URLPattern]:
        route = self.route("planned/", "planned", self.planned_view)
        return [route, *super().get_urls()]

    def planned_view(self, request: HttpRequest) -> HttpResponse:
        """Answer `?start=…&end=…` with `{"runs": [...], "complete": true}`."""
        if not self.may(request, "view"):
            raise PermissionDenied
        form = RangeForm(request.GET)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        start, end = form.cleaned_data["start"], form.cleaned_data["end"]
        calendar = planned(start, end, timezone.now())
        runs = [_as_json(each) for each in calendar.runs]
        return JsonResponse({"runs": runs, "complete": calendar.complete})


def planned(start: datetime, end: datetime, now: datetime) -> Calendar:
    """Merge what all triggers plan."""
    calendars = [
        trigger.calendar(start, end, now, MOST) for trigger in registry.triggers
    ]
    every = merge(*(each.runs for each in calendars), key=lambda p: p.run.moment)
    runs = list(islice(every, MOST + 1))
    complete = len(runs) <= MOST and all(each.complete for each in calendars)
    return Calendar(runs[:MOST], complete=complete)


def _as_json(planned: PlannedRun) -> dict[str, Any]:
    return {
        "workflow": planned.workflow_id,
        "version": planned.version_id,
        "title": planned.title,
        "moment": planned.run.moment.isoformat(),
        "record": planned.run.record,
        "note": planned.run.note,
    }
