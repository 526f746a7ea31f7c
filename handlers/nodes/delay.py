"""A pause: for a duration, until a moment, or until some time before or after one."""

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

DURATION, MOMENT, DISTANCE = "duration", "moment", "distance"
BEFORE, AFTER = "before", "after"


#: What each kind of pause needs.
NEEDS: Mapping[str, tuple[str, ...]] = {
    DURATION: ("amount", "unit"),
    MOMENT: ("until",),
    DISTANCE: ("until", "amount", "unit", "direction"),
}


class DelayForm(NodeForm):
    """Says how long, and how the pause ends."""

    by = forms.ChoiceField(
        label=_("Wait"),
        initial=DURATION,
        choices=[
            (DURATION, _("for a duration")),
            (MOMENT, _("until a moment")),
            (DISTANCE, _("until some time before or after a date")),
        ],
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
    direction = forms.ChoiceField(
        label=_("Before or after"),
        required=False,
        initial=BEFORE,
        choices=[(BEFORE, _("before the date")), (AFTER, _("after the date"))],
    )
    until = DateTimeExpression(
        label=_("Until"),
        required=False,
        help_text=_(
            "A moment or a date, such as {{ trigger.data.delivery_on }}; a date "
            "begins at midnight in the time zone of the project."
        ),
    )
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
        needed = NEEDS.get(cleaned.get("by", DURATION), ())
        require(self, needed, _("Say how long to wait."))
        return cleaned


class Delay(NodeHandler):
    """Waits without holding a worker; a moment that has passed is no pause."""

    type = "delay"
    faults = (
        (
            "The pause is over, and it is to end as failed",
            "failed",
        ),
        (
            "The duration or the moment is empty, or beyond the calendar",
            "error",
        ),
    )
    waits = True
    title = _("Delay")
    group = "flow"
    description = _("Waits for a duration, until a moment, or for a date.")
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
        config = run.config
        require_values(config, NEEDS[config["by"]])
        if config["by"] == MOMENT:
            until: datetime = config["until"]
            return until
        by_date = config["by"] == DISTANCE
        start = config["until"] if by_date else run.now
        back = by_date and config["direction"] == BEFORE
        amount = -config["amount"] if back else config["amount"]
        return shift(start.astimezone(zone_of(config["zone"])), amount, config["unit"])

    def _ended(self, run: NodeRun, until: Any) -> NodeResult:
        """Give the moment that was waited for."""
        if run.config["outcome"] == "failure":
            return Failed(gettext("The time has come."), until)
        return Succeeded(until)
