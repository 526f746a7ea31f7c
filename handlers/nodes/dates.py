"""Dates: moved, compared, rounded, written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handlers.fields import ZoneField, require, require_values, zone_of
from handlers.moments import UNITS, between, end_of, shift, start_of
from workflows.contracts import (
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.expressions import compile_text
from workflows.forms import (
    DateTimeExpression,
    IntegerExpression,
    NodeForm,
    TextExpression,
)

OPERATIONS = [
    ("add", _("add")),
    ("subtract", _("subtract")),
    ("difference", _("difference to another date")),
    ("start_of", _("start of the unit")),
    ("end_of", _("end of the unit")),
    ("format", _("write as text")),
    ("to_zone", _("on the clock of the time zone")),
    ("now", _("now")),
]
#: What each operation needs besides the date.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "add": ("amount", "unit"),
    "subtract": ("amount", "unit"),
    "difference": ("other", "unit"),
    "start_of": ("unit",),
    "end_of": ("unit",),
    "format": ("format",),
    "to_zone": ("zone",),
}
#: The largest number of units: more seconds than there are between the years.
MOST = 400_000_000_000


class DatesForm(NodeForm):
    """Names an operation and what that needs."""

    operation = forms.ChoiceField(
        label=_("Operation"), choices=OPERATIONS, initial="add"
    )
    date = DateTimeExpression(label=_("Date"), initial="{{ now }}")
    amount = IntegerExpression(
        label=_("Amount"),
        required=False,
        initial=1,
        min_value=-MOST,
        max_value=MOST,
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=UNITS, required=False, initial="days"
    )
    other = DateTimeExpression(label=_("Other date"), required=False)
    format = TextExpression(
        label=_("Format"),
        required=False,
        initial="yyyy-mm-dd hh:mm",
        max_length=100,
        help_text=_("yyyy-mm-dd hh:mm:ss, or directives such as %d.%m.%Y."),
    )
    zone = ZoneField(
        help_text=_("Days, weeks, months and years are counted on its wall clock."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needed = NEEDS.get(cleaned.get("operation", ""), ())
        require(self, needed, _("This operation needs it."))
        return cleaned


def _written(moment: datetime, config: Mapping[str, Any]) -> str:
    form = config["format"]
    written = "{{ value | date(form) }}" if "%" in form else "{{ TEXT(value, form) }}"
    return str(compile_text(written).render({"value": moment, "form": form}))


_RESULTS: Mapping[str, Callable[[datetime, Mapping[str, Any]], Any]] = {
    "add": lambda moment, config: shift(moment, config["amount"], config["unit"]),
    "subtract": lambda moment, config: shift(moment, -config["amount"], config["unit"]),
    "difference": lambda moment, config: between(
        moment, config["other"], config["unit"]
    ),
    "start_of": lambda moment, config: start_of(moment, config["unit"]),
    "end_of": lambda moment, config: end_of(moment, config["unit"]),
    "format": _written,
    "to_zone": lambda moment, _config: moment,
}


class Dates(NodeHandler):
    """Gives a moment, a number of units or a text, as the operation says."""

    type = "dates"
    faults = (
        (
            "What it needs is empty, or the date is beyond the calendar",
            "error",
        ),
    )
    title = _("Dates")
    group = "values"
    description = _("Adds to dates, compares, rounds and writes them.")
    form_class = DatesForm

    def run(self, run: NodeRun) -> NodeResult:
        zone = zone_of(run.config["zone"])
        if run.config["operation"] == "now":
            return Succeeded(run.now.astimezone(zone))
        require_values(run.config, NEEDS[run.config["operation"]])
        moment = run.config["date"].astimezone(zone)
        return Succeeded(_RESULTS[run.config["operation"]](moment, run.config))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        kinds = {"difference": Kind.NUMBER, "format": Kind.TEXT}
        return Shape(kinds.get(config["operation"], Kind.DATETIME))
