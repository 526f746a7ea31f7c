"""An event for other executions that wait for its name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from handlers.events.sending import send_event
from handlers.fields import require_values
from workflows.contracts import (
    Effect,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.forms import NodeForm, TextExpression, ValueField


class SendEventForm(NodeForm):
    """Says what is sent."""

    name = TextExpression(label=_("Name of the event"), max_length=200)
    correlation = TextExpression(
        label=_("About"),
        required=False,
        help_text=_("Those who wait for something else are not told."),
    )
    payload = ValueField(label=_("What it brings"), required=False)


class SendEvent(NodeHandler):
    """Gives `{"told"}`: how many executions were waiting.

    It is sent in the transaction of the node: exactly once, whatever happens.
    """

    type = "send_event"
    faults = (
        (
            "The name or the data cannot be sent",
            "error",
        ),
    )
    title = _("Send an event")
    group = "flow"
    description = _("Tells executions that wait for an event of this name.")
    effect = Effect.DATABASE
    form_class = SendEventForm

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(Field("told", _("told"), Kind.NUMBER))

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        require_values(config, ["name"])
        told = send_event(
            config["name"], config["payload"], config["correlation"], now=run.now
        )
        return Succeeded({"told": told})
