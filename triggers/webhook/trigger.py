"""The trigger: a request comes to the address of the workflow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_lazy as _

from triggers.models import Webhook
from triggers.webhook.addresses import address_of, known_secrets
from triggers.webhook.checking import missing_secrets
from triggers.webhook.forms import (
    LOGINS,
    NONE,
    SIGNATURES,
    ManualWebhookForm,
    WebhookForm,
)
from workflows.contracts import (
    Field,
    Kind,
    Page,
    Shape,
    Subscription,
    Trigger,
    shape_of_fields,
)


class WebhookTrigger(Trigger):
    """Starts a workflow when its address is called.

    The answer is 202 with the id of the execution; of a synchronous workflow it is 200
    with the output. `trigger.data` is the body, or the query of a GET.
    """

    type = "webhook"
    title = _("Webhook")
    description = _("When another program calls the address of the workflow.")
    form_class = WebhookForm
    manual_form_class: ClassVar = ManualWebhookForm

    def arm(self, subscription: Subscription, now: datetime) -> None:
        """Make the address; which version listens, requests find out themselves."""
        address_of(subscription.workflow_id, now)

    def describe(self, config: Mapping[str, Any]) -> str:
        methods = " / ".join(config.get("methods") or ["POST"])
        words = gettext("When its address is called (%(methods)s)")
        parts = [words % {"methods": methods}]
        if (login := config.get("login", NONE)) != NONE:
            parts.append(str(dict(LOGINS).get(login, "")))
        if (signature := config.get("signature", NONE)) != NONE:
            text = gettext("signature %(what)s")
            parts.append(text % {"what": dict(SIGNATURES).get(signature, "")})
        return ", ".join(parts)

    def explain(self, subscription: Subscription, now: datetime) -> str:
        found = Webhook.objects.filter(workflow=subscription.workflow_id).first()
        if found is None:
            return gettext("It has no address yet: it gets one when it is enabled.")
        if missing_secrets(subscription.config, known_secrets(found)):
            return gettext(
                "Every request is refused: its settings ask for a secret that nobody "
                "has entered on the page of its address."
            )
        return ""

    def page(self, subscription: Subscription) -> Page | None:
        found = Webhook.objects.filter(workflow=subscription.workflow_id).first()
        if found is None:
            query = f"workflow={subscription.workflow_id}"
            title = gettext("Make its address")
            allowed = "triggers.add_webhook"
            return Page(title, "triggers_webhook_add", (), query, allowed)
        allowed = "triggers.view_webhook"
        return Page(
            gettext("Address"), "triggers_webhook_change", (found.pk,), "", allowed
        )

    def more_shapes(self, config: Mapping[str, Any]) -> Mapping[str, Shape]:
        return {
            "request": shape_of_fields(
                Field("method", _("method"), Kind.TEXT),
                Field("query", _("query"), Kind.OBJECT),
                Field("headers", _("headers"), Kind.OBJECT),
            )
        }

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        request: dict[str, Any] = {"method": "", "query": {}, "headers": {}}
        data = values.get("body")
        return {"data": {} if data is None else data, "date": now, "request": request}
