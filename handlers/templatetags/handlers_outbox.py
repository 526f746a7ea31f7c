"""The part of a page that says, shows and sounds what works put out."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from handlers.conf import settings
from handlers.outbox.views import may_listen

register = template.Library()


@register.inclusion_tag("admin/handlers/outbox.html", takes_context=True)
def outbox(context: Any) -> dict[str, Any]:
    """Let the page listen, if its reader may see works and the site has the address."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not settings().listening_pages or user is None or not may_listen(user):
        return {}
    try:
        return {
            "url": reverse("handlers_outbox"),
            "dismiss": reverse("handlers_outbox_dismiss"),
            "reply": reverse("handlers_outbox_reply"),
            "may_reply": user.has_perm("handlers.change_notification"),
            "may_dismiss": user.has_perm("handlers.delete_notification"),
        }
    except NoReverseMatch:
        return {}
