"""What an open page asks for: it says that it is open, and takes what is its own."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from handlers.outbox.models import Notification, OpenPage
from handlers.outbox.replies import answer
from handlers.outbox.sending import take
from handlers.work.audit import note_start
from handlers.work.models import Work, WorkStep
from handlers.work.states import WorkState
from workflows.codec import readable
from workflows.exceptions import WorkflowError

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
    shown = [_shown(note) for note in Notification.objects.all()[:MOST]]
    told = {"commands": take(page, now), "notifications": shown}
    return JsonResponse({**told, **_of_works(request.POST.get("path", ""))})


def _shown(note: Notification) -> dict[str, Any]:
    return {
        "number": note.number,
        "title": note.title,
        "message": note.message,
        "progress": note.progress,
        "asks": note.asks,
        "changed": note.changed_at.isoformat(),
    }


def _of_works(path: str) -> dict[str, Any]:
    """Tell pages of works what is under way; the page of one, whether it changed."""
    place = reverse("admin:handlers_work_changelist")
    if not path.startswith(place):
        return {"busy": [], "stamp": ""}
    running = Work.objects.filter(state=WorkState.RUNNING).exclude(progress=None)
    doing = running.order_by("pk").values_list("pk", "progress__doing")[:MOST]
    busy = [{"work": pk, "text": text} for pk, text in doing if text]
    return {"busy": busy, "stamp": _stamp(path.removeprefix(place).partition("/")[0])}


def _stamp(number: str) -> str:
    """Give what changes whenever the page of a work has more to show."""
    known = number.isdecimal() and len(number) < 19  # noqa: PLR2004 - what a key may have
    work = Work.objects.filter(pk=number).first() if known else None
    if work is None:
        return ""
    steps = WorkStep.objects.filter(run__work=work).count()
    facts = (work.state, work.attempts, work.due_at, work.unmet, work.progress, steps)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


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
def reply(request: HttpRequest) -> HttpResponse:
    """Take the answer to a notification, once."""
    number = request.POST.get("number", "")
    allowed = request.user.has_perm("handlers.change_notification")
    if not (may_listen(request.user) and allowed and number.isdecimal()):
        return HttpResponseForbidden()
    try:
        text = request.POST.get("reply", "")
        with transaction.atomic():
            work = answer(int(number), text, timezone.now(), request.user)
            note_start(request.user, work, "reply_notification")
    except WorkflowError as error:
        return JsonResponse({"ErrorMessage": str(error)}, status=409)
    return JsonResponse({"work": work.pk})


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put a notification away, for everybody."""
    number = request.POST.get("number", "")
    allowed = request.user.has_perm("handlers.delete_notification")
    if not (may_listen(request.user) and allowed and number.isdecimal()):
        return HttpResponseForbidden()
    Notification.objects.filter(number=int(number)).delete()
    return HttpResponse(status=204)
