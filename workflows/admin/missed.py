"""Running afterwards what was missed: a range, how much it would start, then it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from workflows import registry
from workflows.admin.forms import MissedForm
from workflows.admin.pages import done, laid_out
from workflows.admin.summaries import catches_up, problem_links
from workflows.admin.version_access import VersionAccess
from workflows.contracts import Subscription
from workflows.models import WorkflowVersion

#: The range that the page offers first.
OFFERED = timedelta(days=1)


class MissedPage(VersionAccess):
    """The part of the version admin that catches up."""

    def missed_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Count what a range holds; the POST of the same range starts it."""
        version = self.target(request, object_id, "execute")
        if not catches_up(version):
            raise Http404
        if problems := problem_links(self, version):
            return self._missed_page(request, version, problems=problems)
        config = version.trigger_config
        zone = registry.triggers.get(version.trigger_type).zone(config)
        with timezone.override(zone or timezone.get_default_timezone()):
            return self._in_zone(request, version)

    def _in_zone(self, request: HttpRequest, version: WorkflowVersion) -> HttpResponse:
        now = timezone.now()
        is_order = request.method == "POST"
        asked = request.POST if is_order else request.GET
        form = MissedForm(asked or None, now=now, initial=_offered(now))
        count: int | None = None
        if form.is_valid():
            count = _count(version, form)
        if is_order and count is not None:
            return self._start(request, version, form, now)
        facts = {"form": form, "count": count}
        return self._missed_page(request, version, **facts)

    def _start(
        self, request: HttpRequest, version: WorkflowVersion, form: Any, now: datetime
    ) -> HttpResponse:
        trigger = registry.triggers.get(version.trigger_type)
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        started = trigger.run_missed(_subscription(version), since, until, now)
        text = ngettext(
            "%(count)d missed run was started.",
            "%(count)d missed runs were started.",
            started,
        )
        text = text % {"count": started}
        if started:
            self.workflows.log_change(request, version.workflow, text)
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.url("workflow_change", version.workflow_id))

    def _missed_page(
        self, request: HttpRequest, version: WorkflowVersion, **context: Any
    ) -> HttpResponse:
        """Make the page at once: the time zone is active only now."""
        form = context.pop("form", None)
        shared = {
            **self.frame(request, version),
            "title": _("Run missed"),
            "form": laid_out(form) if form else None,
            "zone": timezone.get_current_timezone_name(),
        }
        page = self.page(
            request, "workflowversion/missed.html", **{**shared, **context}
        )
        return page.render()


def _offered(now: datetime) -> dict[str, datetime]:
    now = now.replace(microsecond=0)
    return {"since": now - OFFERED, "until": now}


def _count(version: WorkflowVersion, form: MissedForm) -> int | None:
    """Count what is missed; what is wrong with the range becomes an error of it."""
    trigger = registry.triggers.get(version.trigger_type)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    counted: list[int] = []

    def count() -> None:
        counted.append(trigger.count_missed(_subscription(version), since, until))

    return counted[0] if done(form, count) else None


def _subscription(version: WorkflowVersion) -> Subscription:
    return Subscription(version.workflow_id, version.pk, version.trigger_config)
