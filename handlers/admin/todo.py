"""My tasks: what the signed-in person was asked, and the page to answer on."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from handlers.admin import task_parts
from handlers.admin.pages import PersonalAdmin
from handlers.people.answering import answer, hand_over, remark
from handlers.people.forms import AnswerForm, CommentForm, HandOverForm
from handlers.people.listing import to_do
from handlers.people.models import TaskShare
from workflows.admin.badges import cut, isolated, moment
from workflows.admin.pages import laid_out
from workflows.admin.paging import CappedPaginator
from workflows.exceptions import WorkflowError


class OpenFilter(admin.SimpleListFilter):
    """What is to be done, or was; without a choice, what is to be done."""

    title = pgettext_lazy("task", "state")
    parameter_name = "show"
    CHOICES = (("done", pgettext_lazy("tasks", "Done")), ("all", _("All")))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.CHOICES

    def choices(self, changelist: Any) -> Any:
        for value, title in ((None, _("To do")), *self.CHOICES):
            params = {self.parameter_name: value} if value else {}
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    params, [self.parameter_name]
                ),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "all":
                return queryset
            case "done":
                return queryset.exclude(pk__in=to_do(queryset).values("pk"))
            case _:
                return to_do(queryset)


class TodoAdmin(PersonalAdmin):
    """Everybody who may enter the admin sees their own shares, and no others."""

    actions = None
    list_display = ["heading", "status", "of_workflow", "asked", "deadline"]
    list_filter = [OpenFilter]
    search_fields = ["task__title"]
    ordering = ["-pk"]
    sortable_by = ["asked", "deadline"]
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    class Media:
        css = {"all": ["handlers/tasks.css"]}

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskShare]:
        mine = TaskShare.objects.filter(user=request.user.pk)
        return mine.select_related("task").prefetch_related("task__workflow")

    @admin.display(description=pgettext_lazy("task", "title"))
    def heading(self, share: TaskShare) -> SafeString:
        title = isolated(cut(share.task.title, 120))
        if share.seen_at is not None or not share.task.is_open:
            return title
        word = (
            gettext("reminder") if share.reminded_at else pgettext_lazy("task", "new")
        )
        return format_html(
            '<strong>{}</strong> <span class="wf-tag">{}</span>', title, word
        )

    @admin.display(description=pgettext_lazy("task", "state"))
    def status(self, share: TaskShare) -> SafeString:
        return task_parts.share_badge(share)

    @admin.display(description=_("workflow"))
    def of_workflow(self, share: TaskShare) -> SafeString:
        return task_parts.workflow_title(share.task)

    @admin.display(description=pgettext_lazy("task", "asked"), ordering="asked_at")
    def asked(self, share: TaskShare) -> SafeString | str:
        return moment(share.asked_at)

    @admin.display(description=_("deadline"), ordering="task__due_at")
    def deadline(self, share: TaskShare) -> SafeString | str:
        return task_parts.deadline(share.task, timezone.now())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        given = {"title": gettext("My tasks"), **(extra_context or {})}
        return super().changelist_view(request, given)

    # The page.

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:object_id>/comment/", "comment", self.comment_view),
            self.route("<int:object_id>/hand_over/", "hand_over", self.hand_over_view),
            *super().get_urls(),
        ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> TaskShare | None:
        """Find a share, of anybody: whether it may be seen is asked afterwards."""
        if not str(object_id).isdecimal():
            return None
        rows = TaskShare.objects.select_related("task")
        return rows.filter(pk=int(object_id)).first()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the task with its form; POST answers it."""
        share: TaskShare = self.target(request, object_id, "view")
        if request.method != "POST":
            self._see(request, share)
            return self._page(request, share, AnswerForm(share.task))
        form = AnswerForm(share.task, request.POST)
        if not form.is_valid():
            return self._page(request, share, form)

        def act() -> str:
            answer(share, form.answer, request.user, timezone.now())
            return gettext("Your answer was taken: %(task)s.")

        return self._done(request, share, act)

    def comment_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        share: TaskShare = self.target(request, str(object_id), "view")
        form = CommentForm(request.POST)
        if not form.is_valid():
            return self._page(request, share, AnswerForm(share.task), comment=form)

        def act() -> str:
            remark(share.task, form.cleaned_data["text"], request.user, timezone.now())
            return gettext("Your comment was added to: %(task)s.")

        return self._done(request, share, act, stays=True)

    def hand_over_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        share: TaskShare = self.target(request, str(object_id), "view")
        form = HandOverForm(request.POST)
        if not form.is_valid():
            return self._page(request, share, AnswerForm(share.task), hand_over=form)
        given = form.cleaned_data

        def act() -> str:
            now = timezone.now()
            hand_over(share, given["to"], request.user, given["reason"], now)
            return gettext("The task was handed over: %(task)s.")

        return self._done(request, share, act)

    def _done(
        self,
        request: HttpRequest,
        share: TaskShare,
        act: Callable[[], str],
        *,
        stays: bool = False,
    ) -> HttpResponse:
        """Do what was asked for, say what came of it, and lead on."""
        place = self.url("taskshare_change", share.pk)
        try:
            text = act() % {"task": share.task.title}
        except WorkflowError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(place)
        self.log_change(request, share, text)
        self.message_user(request, text, messages.SUCCESS)
        return redirect(place if stays else self._after(request, share))

    def _after(self, request: HttpRequest, share: TaskShare) -> str:
        """Lead back to where such tasks are listed."""
        if share.user_id == request.user.pk:
            return self.url("taskshare_changelist")
        return self.url("humantask_change", share.task_id)

    def _see(self, request: HttpRequest, share: TaskShare) -> None:
        if share.seen_at is None and share.user_id == request.user.pk:
            TaskShare.objects.filter(pk=share.pk, seen_at=None).update(
                seen_at=timezone.now()
            )

    def _page(
        self,
        request: HttpRequest,
        share: TaskShare,
        form: AnswerForm,
        **others: Any,
    ) -> HttpResponse:
        task = share.task
        is_open = to_do(TaskShare.objects.filter(pk=share.pk)).exists()
        context = {
            **task_parts.page_context(request, task),
            "title": task.title,
            "share": share,
            "is_mine": share.user_id == request.user.pk,
            "is_open": is_open,
            "share_badge": task_parts.share_badge(share),
            "form": form,
            "admin_form": laid_out(form),
            "buttons": task_parts.buttons(task),
            "comment": others.get("comment") or CommentForm(),
            "hand_over": others.get("hand_over") or HandOverForm(),
            "may_hand_over": is_open and task.may_hand_over,
        }
        return self.page(request, "taskshare/change_form.html", **context)

    # Who may do what.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let people see their own share, and some those of others."""
        if obj is None:
            return self.has_module_permission(request)
        if obj.user_id == request.user.pk:
            return True
        return self.granted(request, "answer_humantask")
