"""The links to one's own tasks and messages, for the top of every page."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from handlers.inbox.telling import count_new
from handlers.people.listing import count_open

register = template.Library()


@register.inclusion_tag("admin/handlers/todo_link.html", takes_context=True)
def todo_link(context: Any) -> dict[str, Any]:
    """Say how many tasks and messages wait for the reader, if there are pages."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not (user.is_active and user.is_staff):
        return {}
    try:
        url = reverse("admin:handlers_taskshare_changelist")
        inbox = reverse("admin:handlers_inboxmessage_changelist")
    except NoReverseMatch:
        return {}
    unread = count_new(user)
    return {"url": url, "inbox": inbox, "unread": unread, **count_open(user)}
