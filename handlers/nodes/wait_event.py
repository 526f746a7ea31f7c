"""Waiting for an event: an answer from outside, or something that is sent by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers import time_limits
from handlers.events.callbacks import address_of, channel_name
from handlers.events.models import EventWait
from handlers.events.sending import correlated, locked, named
from handlers.events.taking import Wish, begin, end, take
from handlers.fields import require, require_values
from handlers.time_limits import TimeLimitForm
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    Waiting,
    shape_of_fields,
)
from workflows.forms import ConditionField, TextExpression
from workflows.models import Execution

CALLBACK, EVENT = "callback", "event"
BRANCH, FAIL = "branch", "fail"


class EventField(ConditionField):
    """An expression about the event: it knows `event`."""

    root = "event"
    parts = ("name", "payload", "correlation", "sent_at")


class WaitEventForm(TimeLimitForm):
    """Says which event, and how long to wait for it."""

    source = forms.ChoiceField(
        label=_("Wait for"),
        initial=CALLBACK,
        choices=[
            (CALLBACK, _("an answer at an address of its own")),
            (EVENT, _("an event that is sent by name")),
        ],
        help_text=_("The address is {{ execution.callbacks.KEY }}, for any node."),
    )
    name = TextExpression(label=_("Name of the event"), required=False, max_length=200)
    correlation = TextExpression(
        label=_("Only about"),
        required=False,
        help_text=_("What the event must be about, such as {{ trigger.data.id }}."),
    )
    early = forms.BooleanField(
        label=_("Earlier events, too"),
        required=False,
        initial=True,
        help_text=_("Those that were sent since the execution began."),
    )
    accept = EventField(
        label=_("Only if"),
        required=False,
        help_text=_('An expression: {{ event.payload.state == "paid" }}.'),
    )
    at_deadline = forms.ChoiceField(
        label=_("At the deadline"),
        initial=BRANCH,
        choices=[
            (BRANCH, _("take the branch expired")),
            (FAIL, _("end as failed")),
        ],
    )

    groups = [
        (
            _("Event"),
            ["source", "name", "correlation", "early", "accept"],
        ),
        (_("Time"), [*time_limits.FIELDS, "at_deadline"]),
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("source") == EVENT:
            require(self, ["name"], _("Say which event."))
        elif cleaned.get("source") == CALLBACK and not address_of(0, "node"):
            message = _("This site has no address for it. Include handlers.urls.")
            self.add_error("source", message)
        return cleaned


class WaitEvent(NodeHandler):
    """Gives `{"name", "payload", "correlation", "sent_at", "expired"}`.

    An answer from outside is a POST to the address `execution.callbacks.<key>`, with
    JSON, a form or text. An earlier node may give the address away: an answer that
    comes before this node waits is kept for it. Events by name are sent by the node
    Send event and by Python.
    """

    type = "wait_event"
    faults = (
        (
            "Nothing comes before the deadline, and it is to fail then",
            "failed",
        ),
    )
    waits = True
    title = _("Wait for an event")
    group = "flow"
    description = _("Waits for an answer from outside, or for an event.")
    effect = Effect.DATABASE
    form_class = WaitEventForm
    branches = {"came": _("It came"), "expired": _("Expired")}

    def callback(self, config: Mapping[str, Any], execution: int, key: str) -> str:
        is_asked = config.get("source") in {None, CALLBACK}
        return address_of(execution, key) if is_asked else ""

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("name", _("name of the event"), Kind.TEXT),
            Field("payload", _("what it brought"), Kind.ANY),
            Field("correlation", _("what it is about"), Kind.TEXT),
            Field("sent_at", _("sent"), Kind.DATETIME),
            Field("expired", _("expired"), Kind.BOOLEAN),
        )

    def awaited(self, waited: Any) -> str:
        wait = EventWait.objects.select_related("channel").get(pk=waited["wait"])
        return time_limits.limited(_in_words(wait), waited["until"])

    def run(self, run: NodeRun) -> NodeResult:
        wish = _wish(run)
        wait = begin(run, wish, _since(run))
        event = take(wait, wish)
        if event is not None:
            return _came(event)
        deadline = time_limits.deadline_of(run.config, run.now)
        return Waiting(deadline, {"wait": wait.pk, "until": deadline})

    def resume(self, run: NodeRun) -> NodeResult:
        """Look for the event that fits; whatever woke the node is a hint only."""
        wish = _wish(run)
        wait = EventWait.objects.filter(pk=run.waited["wait"]).first()
        if wait is None:
            return Failed(gettext("What it waited for was deleted."))
        event = take(wait, wish)
        if event is not None:
            return _came(event)
        until: datetime | None = run.waited["until"]
        if until is None or run.now < until:
            return Waiting(until, run.waited)
        end(wait)
        return _expired(run)


def _in_words(wait: EventWait) -> str:
    names = {"event": wait.channel.name, "about": wait.correlation}
    if wait.channel.execution is not None:
        return gettext("an answer at its address")
    if wait.correlation:
        return gettext("the event “%(event)s” about “%(about)s”") % names
    return gettext("the event “%(event)s”") % names


def _wish(run: NodeRun) -> Wish:
    """Lock the channel; from here on senders wait until this node is committed."""
    config = run.config
    if config["source"] == CALLBACK:
        name = channel_name(run.execution_id, run.key)
        channel, about = locked(name, run.execution_id), ""
    else:
        require_values(config, ["name"])
        channel, about = named(config["name"]), correlated(config["correlation"])
    accept = config["accept"]

    def fits(event: dict[str, Any]) -> bool:
        return not accept or bool(accept({**run.scope, "event": event}))

    return Wish(channel, about, fits)


def _since(run: NodeRun) -> datetime | None:
    """Tell since when events count; answers to a callback always do."""
    if run.config["source"] == EVENT and not run.config["early"]:
        return None
    began = Execution.objects.filter(pk=run.execution_id)
    since: datetime | None = began.values_list("created_at", flat=True).first()
    return since


def _came(event: Mapping[str, Any]) -> NodeResult:
    return Succeeded({**event, "expired": False}, branch="came")


def _expired(run: NodeRun) -> NodeResult:
    nothing = {"name": "", "payload": None, "correlation": "", "sent_at": None}
    result = {**nothing, "expired": True}
    if run.config["at_deadline"] == FAIL:
        return Failed(gettext("Nothing came before the deadline."), result)
    return Succeeded(result, branch="expired")
