"""The small lists: categories, and the processes that do the work."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workflows.admin.badges import badge, moment
from workflows.admin.health import HealthPage
from workflows.admin.pages import PunctualAdmin
from workflows.models import Worker


class CategoryAdmin(PunctualAdmin):
    """What workflows are sorted under."""

    list_display = ["name", "position"]
    search_fields = ["name"]


class WorkerAdmin(HealthPage):
    """Processes, as they report themselves; nothing here can be changed."""

    list_display = ["place", "kind", "pid", "started", "lease", "alive"]
    list_display_links = None
    list_filter = ["kind"]
    fields = ["kind", "host", "pid", "started_at", "lease_until"]
    ordering = ["-lease_until"]

    @admin.display(description=_("host"), ordering="host")
    def place(self, worker: Worker) -> str:
        return worker.host

    @admin.display(description=_("started"), ordering="started_at")
    def started(self, worker: Worker) -> SafeString | str:
        return moment(worker.started_at)

    @admin.display(description=_("lease until"), ordering="lease_until")
    def lease(self, worker: Worker) -> SafeString | str:
        return moment(worker.lease_until)

    @admin.display(description=_("state"))
    def alive(self, worker: Worker) -> SafeString:
        if worker.lease_until > timezone.now():
            return badge("succeeded", _("Alive"))
        return badge("failed", _("Silent"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Worker | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Worker | None = None
    ) -> bool:
        return False
