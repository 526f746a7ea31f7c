"""What an open page asks for: it says that it is open, and takes what is its own."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from handlers.outbox.models import Notification, OpenPage
from handlers.outbox.sending import take
from workflows.codec import readable

#: Notifications that a page shows.
MOST = 5
#: Pages that have been silent for so long are forgotten.
_FORGOTTEN = timedelta(hours=1)


def may_listen(user: Any) -> bool:
    """Tell whether somebody's pages are sent what works say."""
    return bool(
        user.is_active and user.is_staff and user.has_perm("handlers.view_work")
    )


@require_POST
def poll(request: HttpRequest) -> HttpResponse:
    """Note that a page is open, and give its commands and the notifications."""
    if not may_listen(request.user):
        return HttpResponseForbidden()
    now = timezone.now()
    page = _page(request, request.user, now)
    if page is None:
        return HttpResponseForbidden()
    shown = [
        {
            "number": note.number,
            "title": note.title,
            "message": note.message,
            "progress": note.progress,
            "changed": note.changed_at.isoformat(),
        }
        for note in Notification.objects.all()[:MOST]
    ]
    return JsonResponse({"commands": take(page, now), "notifications": shown})


def _page(request: HttpRequest, user: Any, now: datetime) -> OpenPage | None:
    """Find or make the row of a page; None if it is somebody else's."""
    key = readable(request.POST.get("page", ""), 64)
    path = readable(request.POST.get("path", ""), 500)
    if not key:
        return None
    values = {"path": path, "seen_at": now}
    page, is_new = OpenPage.objects.get_or_create(
        key=key, defaults={**values, "user": user}
    )
    if is_new:
        OpenPage.objects.filter(seen_at__lt=now - _FORGOTTEN).delete()
    elif page.user_id != user.pk:
        return None
    else:
        OpenPage.objects.filter(pk=page.pk).update(**values)
    return page


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put a notification away, for everybody."""
    number = request.POST.get("number", "")
    allowed = request.user.has_perm("handlers.delete_notification")
    if not (may_listen(request.user) and allowed and number.isdecimal()):
        return HttpResponseForbidden()
    Notification.objects.filter(number=int(number)).delete()
    return HttpResponse(status=204)
