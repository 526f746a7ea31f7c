"""A trigger type of somebody else's app."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows import services
from workflows.contracts import Subscription, Trigger
from workflows.forms import ConfigForm


class DoorbellForm(ConfigForm):
    """Says which door is listened to."""

    door = forms.CharField(label=_("Door"), max_length=50)


class Doorbell(Trigger):
    """Starts the workflows of a door when its bell rings."""

    type = "thirdparty.doorbell"
    title = _("Doorbell")
    form_class = DoorbellForm

    def __init__(self) -> None:
        #: A trigger for production keeps these in a table of its own.
        self.listening: dict[int, Subscription] = {}

    def arm(self, subscription: Subscription, now: datetime) -> None:
        self.listening[subscription.version_id] = subscription

    def disarm(self, subscription: Subscription) -> None:
        self.listening.pop(subscription.version_id, None)

    def describe(self, config: Mapping[str, Any]) -> str:
        return f"When the bell rings at the {config['door']} door"

    def ring(self, door: str, visitor: str, now: datetime) -> None:
        """Start what listens to this door; the same ring starts it once."""
        for each in self.listening.values():
            if each.config["door"] == door:
                services.start(self._event(each, visitor, now), now)

    def _event(self, to: Subscription, visitor: str, now: datetime) -> services.Event:
        key = f"doorbell:{to.version_id}@{now.isoformat()}"
        context = {"data": {"visitor": visitor}, "date": now}
        return services.Event(to.workflow_id, to.version_id, key, context)
