"""Tasks for people, as those who manage them see them: all, with every share."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from handlers.admin import task_parts
from handlers.admin.pages import HandlersAdmin
from handlers.admin.task_effects import REMIND, TASK_EFFECTS
from handlers.people.models import HumanTask
from handlers.people.states import ShareState
from workflows.admin.badges import cut, isolated, moment
from workflows.admin.effects import bulk_action
from workflows.admin.filters import WorkflowFilter, workflow_widget
from workflows.admin.paging import CappedPaginator


class TaskAdmin(HandlersAdmin):
    """To be seen; who may answer for others may remind, too."""

    effects = TASK_EFFECTS
    actions = [bulk_action(REMIND)]
    list_display = ["heading", "status", "of_workflow", "who", "asked", "deadline"]
    list_filter = ["state", ("workflow", WorkflowFilter)]
    search_fields = ["title"]
    ordering = ["-pk"]
    sortable_by = ["asked", "deadline"]
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[HumanTask]:
        answered = Count("shares", filter=Q(shares__state=ShareState.ANSWERED))
        counted = Count("shares", filter=~Q(shares__state=ShareState.HANDED_OVER))
        rows = HumanTask.objects.annotate(answered=answered, counted=counted)
        return rows.prefetch_related("workflow").defer("questions", "agenda")

    @admin.display(description=pgettext_lazy("task", "title"))
    def heading(self, task: HumanTask) -> SafeString:
        return isolated(cut(task.title, 120))

    @admin.display(description=pgettext_lazy("task", "state"))
    def status(self, task: HumanTask) -> SafeString:
        return task_parts.task_badge(task)

    @admin.display(description=_("workflow"))
    def of_workflow(self, task: HumanTask) -> SafeString:
        return task_parts.workflow_title(task)

    @admin.display(description=_("answers"))
    def who(self, task: HumanTask) -> str:
        given: Any = task
        return f"{given.answered} / {given.counted}"

    @admin.display(description=pgettext_lazy("task", "asked"), ordering="created_at")
    def asked(self, task: HumanTask) -> SafeString | str:
        return moment(task.created_at)

    @admin.display(description=_("deadline"), ordering="due_at")
    def deadline(self, task: HumanTask) -> SafeString | str:
        return task_parts.deadline(task, timezone.now())

    @property
    def media(self) -> Media:
        own = Media(css={"all": ["handlers/tasks.css"]})
        return super().media + own + workflow_widget(self.admin_site).media

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        given = {"title": gettext("Tasks for people"), **(extra_context or {})}
        return super().changelist_view(request, given)

    def get_urls(self) -> list[URLPattern]:
        return [*self.effect_urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        task = self.target(request, object_id, "view")
        may_answer = self.has_answer_permission(request, task)
        context = {
            **task_parts.page_context(request, task),
            "title": task.title,
            "may": {"answer": may_answer and task.is_open},
        }
        return self.page(request, "humantask/change_form.html", **context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_answer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "answer_humantask")
