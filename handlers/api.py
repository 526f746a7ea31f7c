"""The way in for programs: the JSON of a command, with a token, over HTTP."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from handlers.actions.texts import read_json
from handlers.conf import settings
from handlers.work.audit import note_change, note_start
from handlers.work.models import Work
from handlers.work.starting import COMMANDS, place, stop, tagged
from handlers.work.tokens import user_of
from workflows.exceptions import WorkflowError

View = Callable[..., HttpResponse]


def refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"ErrorMessage": message}, status=status)


def token_needed(view: View) -> View:
    """Let a view be called with a token only, in the name of its user."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = user_of(request.headers.get("Authorization", ""), timezone.now())
        if user is None:
            answer = refusal(401, _("Send a valid token: Authorization: Bearer …"))
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        request.user = user
        return view(request, *args, **kwargs)

    return guarded


@token_needed
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start what the body says, or stop it: one command, or the keys of StartWork."""
    limit = settings().command_limit
    body = request.read(limit + 1)
    if len(body) > limit:
        return refusal(413, _("The body is larger than %(n)s bytes.") % {"n": limit})
    try:
        name, value = _command(body)
    except ValueError as error:
        return refusal(400, str(error))
    if name == "StopWork":
        return _stop(request, value)
    return _start(request, name, value)


def _command(body: bytes) -> tuple[str, Any]:
    """Read `{"StartWork": {…}}`, or the keys of the command alone."""
    try:
        given = read_json(body.decode(), "The body")
    except (ValueError, WorkflowError):
        raise ValueError(_("The body is not valid JSON.")) from None
    if not isinstance(given, Mapping) or not given:
        raise ValueError(_("The body must be an object with one command."))
    names = [name for name in given if name in {*COMMANDS, "StopWork"}]
    if names and len(given) > 1:
        raise ValueError(_("Send one command at a time."))
    if names:
        return names[0], given[names[0]]
    return ("StartPeriodicWork" if "period" in given else "StartWork"), given


def _start(request: HttpRequest, name: str, value: Any) -> HttpResponse:
    if not request.user.has_perm("handlers.start_work"):
        return refusal(403, _("The user of this token may not start works."))
    try:
        order = COMMANDS[name](value)
        with transaction.atomic():
            work = place(order, timezone.now(), user=request.user)
            note_start(request.user, work, f"{name} (API)")
    except WorkflowError as error:
        return refusal(400, str(error))
    return JsonResponse(
        {"id": work.pk, "state": work.state, "note": work.note}, status=201
    )


def _stop(request: HttpRequest, tag: Any) -> HttpResponse:
    if not request.user.has_perm("handlers.stop_work"):
        return refusal(403, _("The user of this token may not stop works."))
    try:
        works = tagged(tag).unfinished()
    except WorkflowError as error:
        return refusal(400, str(error))
    with transaction.atomic():
        stopped = 0
        for work in works:
            done = stop(works.filter(pk=work.pk), timezone.now(), "stopped by its tag")
            if done:
                note_change(request.user, work, "StopWork (API)")
            stopped += done
    return JsonResponse({"stopped": stopped})


@token_needed
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a work is; its variables only to whom may see them."""
    user = request.user
    if not user.has_perm("handlers.view_work"):
        return refusal(403, _("The user of this token may not see works."))
    work = Work.objects.filter(pk=pk).first()
    if work is None:
        return refusal(404, _("There is no such background work."))
    answer = {
        "id": work.pk,
        "state": work.state,
        "tag": work.tag,
        "attempts": work.attempts,
        "failures": work.failures,
        "next_attempt": work.due_at,
        "waits_for": work.unmet,
        "progress": work.progress,
        "ErrorMessage": work.reason,
    }
    if user.has_perm("handlers.view_work_variables"):
        answer["result"] = work.output
    return JsonResponse(answer)
