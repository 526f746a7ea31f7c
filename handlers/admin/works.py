"""Background works: the list, the page of each, and the form that starts one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from handlers.admin import showing
from handlers.admin.pages import HandlersAdmin
from handlers.admin.work_effects import RUN_NOW, STOP, STOP_TAG, TRY_AGAIN, WORK_EFFECTS
from handlers.admin.work_forms import WorkForm, initial_of
from handlers.work.audit import note_start
from handlers.work.models import Work
from handlers.work.starting import place
from handlers.work.states import WAITING, WorkState
from workflows.admin.badges import cut, isolated, moment
from workflows.admin.effects import bulk_action
from workflows.admin.pages import laid_out
from workflows.admin.paging import CappedPaginator

#: Characters of an error in the list, and runs on one page of a work.
REASON, RUNS = 100, 5
#: Steps of a run that the page shows.
STEPS = 100
_BUILDER: Any = Script("handlers/builder.js", type="module")


class WorkAdmin(HandlersAdmin):
    """Works are started and stopped here; what they are does not change."""

    effects = WORK_EFFECTS
    actions = [bulk_action(effect) for effect in (STOP, STOP_TAG, RUN_NOW, TRY_AGAIN)]
    list_display = [
        "number",
        "named",
        "kind",
        "status",
        "attempts",
        "next_attempt",
        "what",
    ]
    list_filter = ["state", "kind"]
    search_fields = ["tag__startswith"]
    search_help_text = _("Search by the beginning of a tag")
    sortable_by = ["number"]
    ordering = ["-pk"]
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    # The list.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        return Work.objects.defer("body", "stack", "output")

    @admin.display(description=_("no."), ordering="pk")
    def number(self, work: Work) -> str:
        return str(work.pk)

    @admin.display(description=_("tag"))
    def named(self, work: Work) -> SafeString:
        return isolated(work.tag or work.title)

    @admin.display(description=_("state"))
    def status(self, work: Work) -> SafeString:
        return showing.state(work)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, work: Work) -> SafeString | str:
        return moment(work.due_at)

    @admin.display(description=_("waits for, progress, error"))
    def what(self, work: Work) -> SafeString | str:
        now = showing.waits_for(work) or showing.progress(work)
        return now or isolated(cut(work.reason, REASON))

    @property
    def media(self) -> Media:
        return super().media + Media(js=[_BUILDER])

    # The page.

    def get_urls(self) -> list[URLPattern]:
        return [*self.effect_urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        work = self.target(request, object_id, "view")
        sees = self.granted(request, "view_work_variables")
        pages = Paginator(work.runs.order_by("-number"), RUNS)
        page = pages.get_page(request.GET.get("page"))
        context = {
            "original": work,
            "work": work,
            "title": gettext("Background work %(number)s") % {"number": work.pk},
            "subtitle": work.tag or work.title or None,
            "state": showing.state(work),
            "waits": showing.waits_for(work),
            "progress": showing.progress(work),
            "times": self._times(work),
            "body": showing.shown_json(work.body.get("work") or work.body),
            "stack": showing.shown_json(work.stack) if sees and work.stack else "",
            "output": showing.shown_json(work.output) if sees and work.output else "",
            "page": page,
            "runs": [self._run(run, sees=sees) for run in page.object_list],
            "may": {
                name: self.may(request, name, work)
                for name in ("stop", "start", "delete")
            },
            "offers": self._offers(work),
        }
        return self.page(request, "work/change_form.html", **context)

    def _run(self, run: Any, *, sees: bool) -> dict[str, Any]:
        steps = list(run.steps.order_by("number")[:STEPS])
        return {
            "run": run,
            "badge": showing.state(run),
            "steps": showing.step_rows(steps, variables=sees),
        }

    def _times(self, work: Work) -> list[tuple[str, Any]]:
        names = ("created_at", "started_at", "due_at", "finished_at")
        words = {each.name: each.verbose_name for each in Work._meta.fields}
        shown = [(name, moment(getattr(work, name))) for name in names]
        return [(str(words[name]), value) for name, value in shown if value]

    def _offers(self, work: Work) -> dict[str, bool]:
        """Tell which buttons make sense now."""
        return {
            "stop": not work.is_final,
            "run_now": work.state in WAITING,
            "try_again": work.state == WorkState.FAILED,
            "copy": not work.is_transfer,
        }

    # Starting one.

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form, filled from the work that `copy` names; POST starts it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = self._initial(request)
        form = WorkForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            return self._start(request, form)
        context = {
            "title": gettext("Start a background work"),
            "form": form,
            "admin_form": laid_out(form),
        }
        return self.page(request, "work/add_form.html", **context)

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        number = request.GET.get("copy", "")
        work = (
            Work.objects.filter(pk=int(number)).first() if number.isdecimal() else None
        )
        if work is None or not self.has_view_permission(request, work):
            return {}
        sees = self.granted(request, "view_work_variables")
        return initial_of(work, variables=sees)

    def _start(self, request: HttpRequest, form: WorkForm) -> HttpResponse:
        order = form.cleaned_data["order"]
        text = gettext("Started by hand.")
        with transaction.atomic():
            work = place(order, timezone.now(), user=request.user)
            note_start(request.user, work, text)
        said = gettext("Background work %(work)s was started.") % {"work": work}
        self.message_user(request, f"{said} {work.note}".strip())
        return redirect(self.place_of(work))

    # Who may do what.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.granted(request, "start_work")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "view_work")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_ended = obj is not None and obj.is_final
        return is_ended and self.granted(request, "delete_work")

    def has_start_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "start_work")

    def has_stop_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, "stop_work")
