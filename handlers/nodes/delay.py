"""A pause: for a duration, or until a moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import ZoneField, require, require_values, zone_of
from handlers.moments import UNITS, shift
from workflows.contracts import (
    Failed,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    Waiting,
)
from workflows.forms import DateTimeExpression, IntegerExpression, NodeForm
from workflows.spans import LONGEST_SECONDS

DURATION, MOMENT = "duration", "moment"


class DelayForm(NodeForm):
    """Says how long, and how the pause ends."""

    by = forms.ChoiceField(
        label=_("Wait"),
        initial=DURATION,
        choices=[(DURATION, _("for a duration")), (MOMENT, _("until a moment"))],
    )
    amount = IntegerExpression(
        label=_("Duration"),
        required=False,
        initial=1,
        min_value=0,
        max_value=LONGEST_SECONDS,
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=UNITS, required=False, initial="minutes"
    )
    until = DateTimeExpression(label=_("Until"), required=False)
    zone = ZoneField(
        help_text=_("Days, weeks, months and years are counted on its wall clock."),
    )
    outcome = forms.ChoiceField(
        label=_("Afterwards"),
        initial="success",
        choices=[("success", _("go on")), ("failure", _("end as failed"))],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needed = ["until"] if cleaned.get("by") == MOMENT else ["amount", "unit"]
        require(self, needed, _("Say how long to wait."))
        return cleaned


class Delay(NodeHandler):
    """Waits without holding a worker; a moment that has passed is no pause."""

    type = "delay"
    waits = True
    title = _("Delay")
    group = "flow"
    description = _("Waits for a duration or until a moment.")
    form_class = DelayForm

    def run(self, run: NodeRun) -> NodeResult:
        until = self._until(run)
        if until <= run.now:
            return self._ended(run, until)
        return Waiting(until=until, result=until)

    def resume(self, run: NodeRun) -> NodeResult:
        return self._ended(run, run.waited)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return Shape(Kind.DATETIME)

    def _until(self, run: NodeRun) -> datetime:
        by_moment = run.config["by"] == MOMENT
        require_values(run.config, ["until" if by_moment else "amount"])
        if by_moment:
            until: datetime = run.config["until"]
            return until
        start = run.now.astimezone(zone_of(run.config["zone"]))
        return shift(start, run.config["amount"], run.config["unit"])

    def _ended(self, run: NodeRun, until: Any) -> NodeResult:
        """Give the moment that was waited for."""
        if run.config["outcome"] == "failure":
            return Failed(gettext("The time has come."), until)
        return Succeeded(until)
