"""Where answers from the world outside come in."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handlers.events.callbacks import Receipt, is_genuine, key_of, receive
from handlers.events.sending import check_payload
from workflows.conf import settings
from workflows.exceptions import WorkflowError


@csrf_exempt
@require_POST
def callback(
    request: HttpRequest, execution: int, node: str, signature: str
) -> JsonResponse:
    """Take an answer: JSON, a form, or text. The address itself is the secret."""
    if not is_genuine(execution, node, signature):
        return _said(404, _("There is nothing at this address."))
    limit = settings().callback_limit
    body = request.read(limit + 1)
    if len(body) > limit:
        return _said(413, _("The body is larger than %(n)s bytes.") % {"n": limit})
    try:
        payload = _payload(request, body)
        check_payload(payload)
    except (ValueError, RecursionError, WorkflowError):
        return _said(400, _("The body cannot be read as what it says it is."))
    key = key_of(request.headers.get("Idempotency-Key"))
    match receive(execution, node, payload, key, timezone.now()):
        case Receipt.TAKEN:
            return JsonResponse({"status": "accepted"}, status=202)
        case Receipt.FULL:
            return _said(429, _("Too many answers wait there already."))
        case _:
            return _said(410, _("It is too late: nobody waits for this any more."))


def _said(status: int, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)


def _payload(request: HttpRequest, body: bytes) -> Any:
    kind = request.content_type or ""
    if kind == "application/json" or kind.endswith("+json"):
        return json.loads(body) if body else None
    text = body.decode(request.encoding or "utf-8")
    if kind == "application/x-www-form-urlencoded":
        given = QueryDict(text, encoding="utf-8")
        return {
            name: values[0] if len(values) == 1 else values
            for name, values in given.lists()
        }
    return text or None
