"""Filters of the executions: each is a range of an index, and asks for no DISTINCT."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from workflows.admin.filters import TriggerFilter, others
from workflows.admin.forms import MomentInput
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.states import UNFINISHED, WRONG, ExecutionStatus

#: Versions of a workflow that can be chosen, the newest first.
VERSIONS = 50
#: Workflows that a search by title goes through.
FOUND = 100
#: Digits that a key may have.
LONGEST = 18
#: Spans that end now.
SPANS = {
    "1h": (timedelta(hours=1), _("Last hour")),
    "24h": (timedelta(hours=24), _("Last 24 hours")),
    "7d": (timedelta(days=7), _("Last 7 days")),
    "30d": (timedelta(days=30), _("Last 30 days")),
}


def listed_statuses(statuses: Iterable[ExecutionStatus]) -> str:
    """Write a group of statuses as its link has it."""
    return ",".join(sorted(statuses))


def is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST


class StatusFilter(admin.FieldListFilter):
    """One status, or a group of them."""

    one, many = "status__exact", "status__in"
    groups = (
        (listed_statuses(UNFINISHED), _("Unfinished")),
        (listed_statuses(WRONG), _("Went wrong")),
    )

    def expected_parameters(self) -> list[str | None]:
        return [self.one, self.many]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        given = {name: changelist.params.get(name) for name in (self.one, self.many)}
        yield self._choice(changelist, given, None, None, _("All"))
        for names, title in self.groups:
            yield self._choice(changelist, given, self.many, names, title)
        for value, title in ExecutionStatus.choices:
            yield self._choice(changelist, given, self.one, value, title)

    def _choice(
        self,
        changelist: ChangeList,
        given: dict[str, Any],
        name: str | None,
        value: str | None,
        title: Any,
    ) -> dict[str, Any]:
        wanted = {each: value if each == name else None for each in given}
        return {
            "selected": given == wanted,
            "query_string": changelist.get_query_string(wanted),
            "display": title,
        }


class VersionFilter(admin.FieldListFilter):
    """One version, of the workflow that is chosen."""

    one = "version__id__exact"

    def expected_parameters(self) -> list[str | None]:
        return [self.one]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        request = args[1]
        self.chosen = request.GET.get(self.one, "")
        self.versions = self._versions(request.GET.get("workflow__id__exact", ""))
        super().__init__(*args, **kwargs)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.chosen:
            return queryset
        return queryset.filter(version=self.chosen if is_key(self.chosen) else None)

    def _versions(self, workflow: str) -> list[tuple[int, int]]:
        rows = WorkflowVersion.objects.order_by("-number")
        if is_key(workflow):
            rows = rows.filter(workflow=int(workflow))
        elif is_key(self.chosen):
            rows = rows.filter(workflow__versions=int(self.chosen))
        else:
            return []
        return list(rows.values_list("pk", "number")[:VERSIONS])

    def has_output(self) -> bool:
        # A version that is gone has executions all the same.
        return bool(self.versions or self.chosen)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        link = changelist.get_query_string
        yield {
            "selected": not self.chosen,
            "query_string": link({self.one: None}),
            "display": _("All"),
        }
        for pk, number in self.versions:
            yield {
                "selected": str(pk) == self.chosen,
                "query_string": link({self.one: pk}),
                "display": _("Version %(number)s") % {"number": number},
            }


class StarterFilter(TriggerFilter):
    """The trigger type of the version that ran."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        # Their keys, and not a join: the index of versions has them in order.
        rows = WorkflowVersion.objects.filter(trigger_type=self.value())
        return queryset.filter(version__in=list(rows.values_list("pk", flat=True)))


class TimeForm(forms.Form):
    """What a range of time may be given by."""

    last = forms.ChoiceField(choices=[(name, "") for name in SPANS], required=False)
    since = forms.DateTimeField(label=_("From"), required=False, widget=MomentInput)
    until = forms.DateTimeField(label=_("To"), required=False, widget=MomentInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("The end is before the start."))
        return cleaned


class TimeFilter(admin.ListFilter):
    """When they were created; found by the key, which grows with the time."""

    title = _("time")
    template = "admin/workflows/execution/time_filter.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], *args: Any
    ) -> None:
        super().__init__(request, params, *args)
        for name in TimeForm.base_fields:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        self.form = TimeForm(self.used_parameters, auto_id="filter_%s")

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(TimeForm.base_fields)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        mine = dict.fromkeys(TimeForm.base_fields)
        yield {
            "spans": [*self._spans(changelist, mine)],
            "form": self.form,
            "hidden": others(changelist, mine),
            "before": self.used_parameters.get("before"),
            "newest": changelist.get_query_string({"before": None}),
        }

    def _spans(
        self, changelist: ChangeList, mine: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        used = set(self.used_parameters) - {"before"}
        for name, title in [("", _("Any")), *((n, t) for n, (_s, t) in SPANS.items())]:
            is_chosen = self.used_parameters.get("last", "") == name
            yield {
                "selected": is_chosen if name else not used,
                "query_string": changelist.get_query_string(
                    {**mine, "last": name or None}
                ),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            # Rather nothing than all: what is listed may be deleted.
            return queryset.none()
        for bound in self._bounds(timezone.now()):
            queryset = queryset.filter(bound)
        return queryset

    def _bounds(self, now: datetime) -> Iterator[Q]:
        given, history = self.form.cleaned_data, Execution.objects.all()
        if given["last"]:
            yield Q(pk__gte=history.first_since(now - SPANS[given["last"]][0]))
        if given["since"]:
            yield Q(pk__gte=history.first_since(given["since"]))
        if given["until"]:
            yield Q(pk__lt=history.first_since(given["until"] + timedelta(seconds=1)))
        if given["before"]:
            yield Q(pk__lt=given["before"])


def found(executions: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Search for a number, for the key of an event, and for titles of workflows.

    All by indexes of the executions; only the workflows are read for words.
    """
    number = term.removeprefix("#")
    named = list(Execution.objects.filter(event_key=term).values_list("pk", flat=True))
    if is_key(number):
        named.append(int(number))
    words = Workflow.objects.all()
    for word in term.split():
        words = words.filter(title__icontains=word)
    workflows = list(words.order_by("-pk").values_list("pk", flat=True)[:FOUND])
    return executions.filter(Q(pk__in=named) | Q(workflow__in=workflows))
