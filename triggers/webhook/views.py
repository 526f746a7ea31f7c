"""The address of a workflow: a request starts an execution, and is answered."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from triggers.models import Webhook
from triggers.starting import start_here
from triggers.webhook.addresses import find
from triggers.webhook.checking import (
    check_login,
    check_rate,
    check_signature,
    missing_secrets,
)
from triggers.webhook.forms import WebhookForm
from triggers.webhook.reading import context_of, read_body
from triggers.webhook.refusals import RequestRefused
from workflows import clock
from workflows.models import Execution, WorkflowVersion
from workflows.secrets import SecretUnreadable
from workflows.services import Event, start
from workflows.states import ExecutionStatus

#: Longest value that may name a delivery.
LONGEST_ID = 200


# A program has no session to forge: the token in the address is what it knows.
@csrf_exempt
@never_cache
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Start the workflow of an address."""
    try:
        return _receive(request, token, clock.now())
    except RequestRefused as refusal:
        return refusal.answer()


def _receive(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    webhook = find(token)
    version = webhook and _listening(webhook)
    if not webhook or not version:
        raise RequestRefused(404, _("Nothing listens at this address."))
    config = _config(version)
    if request.method not in config["methods"]:
        message = _("This address is called by: %(methods)s.")
        methods = ", ".join(config["methods"])
        raise RequestRefused(405, message % {"methods": methods}, Allow=methods)
    body, secrets = read_body(request), _secrets(webhook, config)
    check_login(request, config, secrets)
    signature = check_signature(request, body, config, secrets, now)
    delivery = _delivery(request, config) or signature
    context = context_of(request, body, config, now)
    event = _event(version, context, delivery)
    earlier = _earlier(event) if delivery else None
    if earlier is None:
        check_rate(version.workflow_id, config["rate"], now)
    return _answer(earlier or _start(version, event, now), repeated=bool(earlier))


def _listening(webhook: Webhook) -> WorkflowVersion | None:
    versions = WorkflowVersion.objects.enabled().defer("definition")
    return versions.filter(workflow=webhook.workflow_id, trigger_type="webhook").first()


def _config(version: WorkflowVersion) -> Mapping[str, Any]:
    form = WebhookForm.for_config(version.trigger_config)
    if not form.is_valid():
        raise RequestRefused(500, _("The settings of the workflow are not valid."))
    return form.cleaned_data


def _secrets(webhook: Webhook, config: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the secrets; without one that is asked for nobody may come in."""
    try:
        secrets = webhook.secrets
    except SecretUnreadable:
        secrets = {}
    if missing_secrets(config, secrets):
        raise RequestRefused(503, _("A secret of this address has not been entered."))
    return secrets


def _delivery(request: HttpRequest, config: Mapping[str, Any]) -> str:
    header = config["id_header"]
    value = request.headers.get(header, "").strip() if header else ""
    if len(value) > LONGEST_ID:
        message = _("%(header)s is longer than %(n)s characters.")
        raise RequestRefused(400, message % {"header": header, "n": LONGEST_ID})
    return value


def _event(
    version: WorkflowVersion, context: Mapping[str, Any], delivery: str
) -> Event:
    """Make the event; its key survives a new version, so that nothing runs twice."""
    name = delivery and hashlib.sha256(delivery.encode()).hexdigest()
    key = f"webhook:{version.workflow_id}:{name or uuid.uuid4().hex}"
    return Event(version.workflow_id, version.pk, key, context)


def _earlier(event: Event) -> Execution | None:
    return Execution.objects.filter(event_key=event.key).first()


def _start(version: WorkflowVersion, event: Event, now: datetime) -> Execution:
    if version.synchronous:
        start_here(event, now)
    else:
        start(event, now)
    # Another request of the same delivery may have been faster.
    return Execution.objects.get(event_key=event.key)


def _answer(execution: Execution, *, repeated: bool) -> JsonResponse:
    """Tell what has become of it; why it failed is for the history, not for callers."""
    answer: dict[str, Any] = {"execution": execution.pk, "status": execution.status}
    if repeated:
        answer["repeated"] = True
    match execution.status:
        case ExecutionStatus.SUCCEEDED:
            status, answer["output"] = 200, execution.output
        case ExecutionStatus.REJECTED:
            status = 409
        case ExecutionStatus.FAILED:
            status = 422
        case ExecutionStatus.ERROR | ExecutionStatus.TIMED_OUT:
            status = 500
        case _:
            status = 202
    return JsonResponse(answer, status=status)
