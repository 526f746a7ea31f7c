"""Notifications that works have left; pages show them until they are put away."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from handlers.admin.pages import HandlersAdmin
from handlers.outbox.models import Notification
from workflows.admin.badges import cut, isolated, moment


class NotificationAdmin(HandlersAdmin):
    """To be seen and deleted."""

    list_display = ["number", "heading", "text", "progress", "changed"]

    @admin.display(description=_("title"))
    def heading(self, note: Notification) -> SafeString:
        return isolated(note.title)

    @admin.display(description=_("message"))
    def text(self, note: Notification) -> SafeString:
        return isolated(cut(note.message, 120))

    @admin.display(description=_("changed"), ordering="changed_at")
    def changed(self, note: Notification) -> SafeString | str:
        return moment(note.changed_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Notification | None = None
    ) -> bool:
        return False
