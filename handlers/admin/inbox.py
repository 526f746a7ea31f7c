"""Messages: what the signed-in person was told."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import (
    gettext,
    gettext_lazy as _,
    ngettext,
    pgettext,
    pgettext_lazy,
)

from handlers.admin.pages import PersonalAdmin
from handlers.inbox.models import InboxMessage
from workflows.admin.badges import cut, isolated, moment
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution


class NewFilter(admin.SimpleListFilter):
    """Read or not."""

    title = pgettext_lazy("message", "read")
    parameter_name = "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("0", pgettext("message", "New")), ("1", pgettext("message", "Read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"0": True, "1": False}.get(self.value() or "")
        if wanted is None:
            return queryset
        return queryset.filter(read_at__isnull=wanted)


@admin.action(description=_("Mark selected messages as read"))
def mark_read(
    model_admin: "InboxAdmin", request: HttpRequest, queryset: QuerySet[Any]
) -> None:
    count = queryset.filter(read_at=None).update(read_at=timezone.now())
    text = ngettext(
        "%(count)d message is read now.", "%(count)d messages are read now.", count
    )
    model_admin.message_user(request, text % {"count": count}, messages.SUCCESS)


class InboxAdmin(PersonalAdmin):
    """Everybody who may enter the admin sees their own messages, and no others."""

    actions = [mark_read]
    list_display = ["heading", "sent"]
    list_filter = [NewFilter]
    search_fields = ["title"]
    ordering = ["-pk"]
    sortable_by = ["sent"]
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    class Media:
        css = {"all": ["handlers/tasks.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxMessage]:
        return InboxMessage.objects.filter(user=request.user.pk)

    @admin.display(description=pgettext_lazy("message", "title"))
    def heading(self, message: InboxMessage) -> SafeString:
        title = isolated(cut(message.title, 120))
        if message.read_at is not None:
            return title
        mark = '<strong>{}</strong> <span class="wf-tag">{}</span>'
        return format_html(mark, title, pgettext("message", "new"))

    @admin.display(description=pgettext_lazy("message", "sent"), ordering="sent_at")
    def sent(self, message: InboxMessage) -> SafeString | str:
        return moment(message.sent_at)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        given = {"title": gettext("Messages"), **(extra_context or {})}
        return super().changelist_view(request, given)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the message, which is read from then on."""
        message: InboxMessage = self.target(request, object_id, "view")
        InboxMessage.objects.filter(pk=message.pk, read_at=None).update(
            read_at=timezone.now()
        )
        sees = request.user.has_perm("workflows.view_execution")
        known = sees and Execution.objects.filter(pk=message.execution or 0).exists()
        context = {
            "original": message,
            "message": message,
            "title": message.title,
            "execution": message.execution if known else None,
        }
        return self.page(request, "inboxmessage/change_form.html", **context)
