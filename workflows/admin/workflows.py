"""Workflows: their list, their page, and how one is made."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from workflows import services
from workflows.admin import listing
from workflows.admin.badges import badge, grouped, isolated, moment
from workflows.admin.calendar.page import CalendarPage
from workflows.admin.dashboard.page import DashboardPage
from workflows.admin.effects import Effect, EffectAdmin
from workflows.admin.exchange import ExchangePages, export_all, gallery
from workflows.admin.filters import EnabledFilter, LastResultFilter, TriggerFilter
from workflows.admin.forms import NewWorkflowForm, WorkflowForm
from workflows.admin.last_runs import success_bar
from workflows.admin.row_actions import WorkflowChangeList, row_actions, switch, tags
from workflows.admin.sorting import sort
from workflows.admin.summaries import (
    catches_up,
    explained,
    page_link,
    problem_links,
    version_rows,
)
from workflows.admin.switches import SwitchPage
from workflows.admin.version_effects import VERSION_EFFECTS
from workflows.models import Workflow, WorkflowVersion
from workflows.states import ExecutionStatus


def bulk_action(effect: Effect) -> Callable[..., None]:
    """Make the action that does it to what counts of each selected workflow."""

    @admin.action(permissions=[effect.permission], description=effect.bulk_label)
    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        chosen = (listing.acting(workflow) for workflow in queryset)
        model_admin.versions.act_on_all(request, effect, filter(None, chosen))

    act.__name__ = effect.name
    return act


class WorkflowAdmin(DashboardPage, CalendarPage, SwitchPage, ExchangePages):
    """The list of workflows, and a page for each with its versions."""

    form = WorkflowForm
    list_display = [
        "name",
        "enabled",
        "starts",
        "version",
        "next_run",
        "last_run",
        "runs",
    ]
    list_display_links = None
    list_filter = [EnabledFilter, TriggerFilter, "categories", LastResultFilter]
    search_fields = ["title"]
    ordering = ["title", "pk"]
    list_per_page = 50
    list_max_show_all = 500
    actions = [*map(bulk_action, VERSION_EFFECTS), sort, export_all, "delete_selected"]

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        return listing.listed(Workflow.objects.present())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return WorkflowChangeList

    @admin.display(description=_("title"), ordering="title")
    def name(self, workflow: Workflow) -> SafeString:
        return format_html(
            '<div class="wf-title"><a href="{}">{}</a></div>{}{}',
            self.url("workflow_change", workflow.pk),
            isolated(workflow.title),
            tags(workflow.categories.all()),
            row_actions(workflow),
        )

    @admin.display(description=_("enabled"), ordering="is_enabled")
    def enabled(self, workflow: Workflow) -> SafeString:
        return switch(workflow)

    @admin.display(description=_("starts"))
    def starts(self, workflow: Workflow) -> SafeString:
        version = listing.acting(workflow)
        words = listing.trigger_in_words(version) if version else ""
        return isolated(words) if words else badge("error", gettext("Not set up"))

    @admin.display(description=_("version"))
    def version(self, workflow: Workflow) -> str:
        version = listing.current(workflow)
        return str(version.number) if version else ""

    @admin.display(description=_("next run"), ordering=listing.NEXT_RUN)
    def next_run(self, workflow: Any) -> SafeString | str:
        return moment(workflow.next_run_at)

    @admin.display(description=_("last run"), ordering=listing.LAST_RUN)
    def last_run(self, workflow: Any) -> SafeString | str:
        if not workflow.last_status:
            return ""
        status = ExecutionStatus(workflow.last_status)
        return format_html(
            '{} <a href="{}">{}</a>',
            moment(workflow.last_run_at),
            self.url("execution_change", workflow.last_id),
            badge(status, status.label),
        )

    @admin.display(description=_("runs"), ordering="run_count")
    def runs(self, workflow: Any) -> SafeString:
        url, statuses = self._history(workflow), workflow.last_runs
        bar = success_bar(statuses, url) if statuses else ""
        return format_html(
            '{}<a href="{}">{}</a>', bar, url, grouped(workflow.run_count)
        )

    def _history(self, workflow: Workflow) -> str:
        query = f"?workflow__id__exact={workflow.pk}"
        return self.url("execution_changelist") + query

    # The page.

    def get_form(
        self, request: Any, obj: Any = None, *args: Any, **options: Any
    ) -> Any:
        if obj is None:
            options["form"] = NewWorkflowForm
        return super().get_form(request, obj, *args, **options)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shared = ["title", "description", "categories"]
        return shared if obj else [*shared, "trigger_type", "synchronous"]

    def save_model(
        self,
        request: Any,
        obj: Workflow,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if change:
            obj.save(update_fields=["title", "description"])
            return
        version = services.create(
            obj.title,
            form.cleaned_data["trigger_type"],
            description=obj.description,
            user=request.user,
            synchronous=form.cleaned_data["synchronous"],
        )
        obj.pk, obj._state = version.workflow_id, version.workflow._state
        obj.first_version = version  # type: ignore[attr-defined]  # for response_add

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        """Go on to the trigger of the first version: the second step."""
        text = gettext("“%(title)s” is created. Now set up its trigger.")
        self.message_user(request, text % {"title": obj.title})
        return redirect(self.url("workflowversion_change", obj.first_version.pk))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        only = {"show_save_and_add_another": False, "show_save_and_continue": False}
        context = {**only, "gallery": gallery(), **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        workflow = self.get_object(request, object_id)
        context = self._context(request, workflow) if workflow else {}
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _context(self, request: HttpRequest, workflow: Workflow) -> dict[str, Any]:
        version = listing.acting(workflow)
        versions = workflow.versions.present().select_related("workflow")
        return {
            "title": gettext("Workflow"),
            "acting": version,
            "current": listing.current(workflow),
            "words": listing.trigger_in_words(version) if version else "",
            "catches_up": version is not None and catches_up(version),
            "why": explained(version, timezone.now()) if version else "",
            "problems": problem_links(self, version) if version else [],
            "page": page_link(request, version) if version else None,
            "versions": version_rows(versions.order_by("-number")),
            "may": self.rights(request, workflow),
            "show_save_and_add_another": False,
        }

    def rights(self, request: HttpRequest, obj: Workflow) -> dict[str, bool]:
        names = ("view", "enable", "execute", "change", "add", "delete")
        return {name: self.may(request, name, obj) for name in names}

    # What may be done.

    def has_enable_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "enable_workflow")

    def has_execute_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "execute_workflow")

    @property
    def versions(self) -> EffectAdmin:
        """The admin of versions on the same site; it acts and asks here who may."""
        found = self.admin_site.get_model_admin(WorkflowVersion)
        assert isinstance(found, EffectAdmin)  # noqa: S101 - for mypy
        return found

    # Deleting archives: nothing fires any more, the history stays.

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        services.archive(obj, timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for workflow in queryset:
            services.archive(workflow, timezone.now())

    def get_deleted_objects(
        self, objs: Iterable[Workflow], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """List what goes: the workflows with all their versions."""
        workflows = list(objs)
        lacking = {
            self.opts.verbose_name
            for workflow in workflows
            if not self.has_delete_permission(request, workflow)
        }
        versions = WorkflowVersion.objects.present().filter(workflow__in=workflows)
        counts = {
            self.opts.verbose_name_plural: len(workflows),
            WorkflowVersion._meta.verbose_name_plural: versions.count(),
        }
        return [isolated(each) for each in workflows], counts, lacking, []
