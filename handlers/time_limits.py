"""Until when something is waited for: never, for a duration, until a moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import require, require_values, zone_of
from handlers.moments import UNITS, shift
from workflows.forms import DateTimeExpression, IntegerExpression, NodeForm
from workflows.spans import LONGEST_SECONDS

NEVER, DURATION, MOMENT = "never", "duration", "moment"
#: The names of the settings, as a form lays them out.
FIELDS: list[str | tuple[str, ...]] = ["deadline", ("amount", "unit"), "until"]


class TimeLimitForm(NodeForm):
    """Adds a deadline to the settings of a node."""

    deadline = forms.ChoiceField(
        label=_("Deadline"),
        initial=NEVER,
        choices=[
            (NEVER, _("none")),
            (DURATION, _("after a duration")),
            (MOMENT, _("at a moment")),
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
        label=_("Unit"), choices=UNITS, required=False, initial="days"
    )
    until = DateTimeExpression(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needed = {DURATION: ["amount", "unit"], MOMENT: ["until"]}
        names = needed.get(str(cleaned.get("deadline")), [])
        require(self, names, _("Say when the deadline is."))
        return cleaned


def deadline_of(config: Mapping[str, Any], now: datetime) -> datetime | None:
    """Give the deadline; None without one. Days count on the clock of the project."""
    if config["deadline"] == NEVER:
        return None
    if config["deadline"] == MOMENT:
        require_values(config, ["until"])
        until: datetime = config["until"]
        return until
    require_values(config, ["amount", "unit"])
    return shift(now.astimezone(zone_of("")), config["amount"], config["unit"])


def limited(what: str, until: datetime | None) -> str:
    """Say of what is waited for until when it is."""
    if until is None:
        return what
    names = {"what": what, "moment": localtime(until).strftime("%Y-%m-%d %H:%M:%S")}
    return gettext("%(what)s, until %(moment)s at most") % names
