"""The list of executions: filters, a search and bulk actions that stay fast."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import Media, Script
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workflows.admin.badges import badge, cut, isolated, moment
from workflows.admin.executions.effects import EXECUTION_EFFECTS
from workflows.admin.executions.facts import took, version_of, workflow_of
from workflows.admin.executions.filters import (
    StarterFilter,
    StatusFilter,
    TimeFilter,
    VersionFilter,
    found,
)
from workflows.admin.executions.selections import (
    SELECTION_EFFECTS,
    SelectionPages,
    action,
)
from workflows.admin.filters import WorkflowFilter, workflow_widget
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution, WorkflowVersion

#: Characters of a reason in the list; all of it is on the page.
REASON = 120
#: Names for what select2 shows; the stubs know only strings.
_SCRIPT: Any = Script("workflows/labels.js", type="module")
LABELS = Media(js=[_SCRIPT])


class ExecutionList(SelectionPages):
    """The list of executions; none of its columns is JSON."""

    effects = EXECUTION_EFFECTS
    actions = [*map(action, SELECTION_EFFECTS)]
    list_display = [
        "number",
        "of_workflow",
        "of_version",
        "state",
        "planned",
        "created",
        "took",
        "why",
    ]
    list_filter = [
        ("status", StatusFilter),
        TimeFilter,
        ("workflow", WorkflowFilter),
        ("version", VersionFilter),
        StarterFilter,
        "manual",
    ]
    #: What is searched is in `get_search_results`; this makes the field appear.
    search_fields = ["pk"]
    search_help_text = _(
        "The number of an execution, the key of its event, or words of its workflow."
    )
    sortable_by = ["number", "created"]
    ordering = ["-pk"]
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Execution]:
        # Joins would hide the history of what is purged; these look up by key.
        versions = WorkflowVersion.objects.only("number", "workflow", "archived_at")
        rows = Execution.objects.prefetch_related("workflow")
        rows = rows.prefetch_related(Prefetch("version", versions))
        return rows.defer("context", "output", "ancestors", "frames")

    @admin.display(description=_("no."), ordering="pk")
    def number(self, execution: Execution) -> str:
        return str(execution.pk)

    @admin.display(description=_("workflow"))
    def of_workflow(self, execution: Execution) -> SafeString | str:
        return workflow_of(self, execution)

    @admin.display(description=_("version"))
    def of_version(self, execution: Execution) -> SafeString | str:
        return version_of(self, execution)

    @admin.display(description=_("status"))
    def state(self, execution: Execution) -> SafeString:
        return badge(execution.status, execution.get_status_display())

    @admin.display(description=_("planned for"))
    def planned(self, execution: Execution) -> SafeString | str:
        return moment(execution.planned_at)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (found(queryset, term) if term else queryset), False

    @admin.display(description=_("created"), ordering="pk")
    def created(self, execution: Execution) -> SafeString | str:
        return moment(execution.created_at)

    @admin.display(description=_("duration"))
    def took(self, execution: Execution) -> str:
        return took(execution)

    @admin.display(description=_("reason"))
    def why(self, execution: Execution) -> SafeString:
        return isolated(cut(execution.reason, REASON))

    @property
    def media(self) -> Media:
        return super().media + workflow_widget(self.admin_site).media + LABELS
