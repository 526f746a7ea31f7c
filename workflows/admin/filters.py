"""Filters of the lists; none of them asks the database what there is to choose."""

from collections.abc import Collection, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workflows import registry
from workflows.models import Execution, Workflow
from workflows.states import ExecutionStatus


class EnabledFilter(admin.SimpleListFilter):
    """Enabled or not."""

    title = _("enabled")
    parameter_name = "enabled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("On")), ("0", _("Off"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"1": True, "0": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(is_enabled=wanted)


class TriggerFilter(admin.SimpleListFilter):
    """The trigger type of the current version."""

    title = _("trigger")
    parameter_name = "trigger"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, trigger.title) for name, trigger in registry.triggers.items()]

    def has_output(self) -> bool:
        # With a single type too: it says what there is.
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(
            versions__current=True, versions__trigger_type=self.value()
        )


class LastResultFilter(admin.SimpleListFilter):
    """The status of the last run."""

    title = _("last result")
    parameter_name = "last"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*ExecutionStatus.choices, ("none", _("Never ran"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(last_status=None)
            case status:
                return queryset.filter(last_status=status)


class WorkflowFilter(admin.FieldListFilter):
    """One workflow, found by typing; there may be too many to list."""

    template = "admin/workflows/execution/workflow_filter.html"

    parameter = "workflow__id__exact"

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # our template reads more
        given: Any = self.used_parameters.get(self.parameter)
        value = given[-1] if given else None
        yield {
            "field": _field(changelist).render(self.parameter, value),
            "selected": value,
            "hidden": others(changelist, {self.parameter}),
            "clear": changelist.get_query_string(remove=[self.parameter]),
        }


def others(changelist: ChangeList, mine: Collection[str]) -> list[tuple[str, str]]:
    """List what a form must send along, so that it changes its own choice only."""
    given = changelist.get_filters_params()
    searched = [(SEARCH_VAR, changelist.query)] if changelist.query else []
    return [*((n, each[-1]) for n, each in given.items() if n not in mine), *searched]


def _field(changelist: ChangeList) -> forms.Widget:
    widget = workflow_widget(changelist.model_admin.admin_site)
    widget.choices = forms.ModelChoiceField(Workflow.objects.all()).choices
    return widget


class WorkflowSelect(AutocompleteSelect):
    """A select that says what it means while nothing is chosen."""

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().build_attrs(*args, **kwargs), "data-placeholder": _("All")}


def workflow_widget(site: admin.AdminSite) -> AutocompleteSelect:
    field = Execution._meta.get_field("workflow")
    attrs = {"id": "filter_workflow", "aria-label": field.verbose_name}
    return WorkflowSelect(field, site, attrs=attrs)
