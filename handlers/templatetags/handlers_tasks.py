"""The link to one's own tasks, for the top of every page of the admin."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from handlers.people.listing import count_open

register = template.Library()


@register.inclusion_tag("admin/handlers/todo_link.html", takes_context=True)
def todo_link(context: Any) -> dict[str, Any]:
    """Say how many tasks wait for the reader, if the site has a page for them."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not (user.is_active and user.is_staff):
        return {}
    try:
        url = reverse("admin:handlers_taskshare_changelist")
    except NoReverseMatch:
        return {}
    return {"url": url, **count_open(user)}
