"""A value looked up in a small table."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from handlers.comparisons import holds
from workflows.contracts import Failed, NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import GivenField, NodeForm, ValueField

DEFAULT, FAIL = "default", "fail"
#: Rows that a table may have; more belong into a collection.
MOST = 500
_PARTS = {"is", "from", "below", "gives"}


class TableField(ValueField):
    """Rows `{"is" or "from" / "below", "gives"}`; the first that fits counts."""

    def accepts_text(self, value: str) -> bool:
        return False

    def validate(self, value: Any) -> None:
        super().validate(value)
        rows = value or []
        if not isinstance(rows, list):
            example = '[{"is": "FR", "gives": 20}]'
            message = gettext("Enter a list of rows, such as %(example)s.")
            raise ValidationError(message % {"example": example})
        if len(rows) > MOST:
            message = gettext("There are more than %(n)d rows; use a collection.")
            raise ValidationError(message % {"n": MOST})
        for number, row in enumerate(rows, 1):
            if problem := _problem(row):
                message = gettext("Row %(number)d: %(problem)s")
                raise ValidationError(message % {"number": number, "problem": problem})


def _problem(row: object) -> str:
    """Say what is wrong with a row; nothing if it is right."""
    if not isinstance(row, Mapping):
        return gettext("it is no object.")
    if unknown := sorted(map(str, row.keys() - _PARTS)):
        known = ", ".join(sorted(_PARTS))
        message = gettext("'%(name)s' is no part of a row; the parts are: %(known)s.")
        return message % {"name": unknown[0], "known": known}
    if "gives" not in row:
        return gettext("say what it gives.")
    if ("is" in row) is ("from" in row or "below" in row):
        return gettext("give either 'is', or 'from' and 'below' or one of them.")
    return ""


class LookupForm(NodeForm):
    """Says what is looked up, and where."""

    value = GivenField(label=_("Look up"), help_text=_("{{ trigger.data.total }}"))
    rows = TableField(
        label=_("Table"),
        help_text=_(
            'Rows {"is": "FR", "gives": 20}; "is" may be a list of values. Ranges '
            '{"from": 10, "below": 20, "gives": "mid"} may be open on one side.'
        ),
    )
    otherwise = forms.ChoiceField(
        label=_("If no row fits"),
        initial=DEFAULT,
        choices=[(DEFAULT, _("give the default")), (FAIL, _("end as failed"))],
    )
    default = ValueField(label=_("Default"), required=False)


class Lookup(NodeHandler):
    """Gives what the first row gives that fits the value, or the default.

    Numbers and dates are compared as such, also where one side is text; texts as they
    are. "from" belongs to its range, "below" does not. Nothing (`null`) fits only a row
    whose "is" is `null`.
    """

    type = "lookup"
    faults = (
        (
            "No row fits, and it is to fail then",
            "failed",
        ),
        (
            "A row cannot be compared with the value",
            "error",
        ),
    )
    title = _("Table lookup")
    group = "values"
    description = _("Translates a value by the rows of a small table.")
    form_class = LookupForm

    def run(self, run: NodeRun) -> NodeResult:
        value = run.config["value"]
        for row in run.config["rows"]:
            if _fits(row, value):
                return Succeeded(row["gives"])
        if run.config["otherwise"] == FAIL:
            message = gettext("No row of the table fits '%s'.") % str(value)[:100]
            return Failed(message)
        return Succeeded(run.config["default"])


def _fits(row: Mapping[str, Any], value: Any) -> bool:
    if "is" in row:
        wanted = row["is"] if isinstance(row["is"], list) else [row["is"]]
        return holds({"left": value, "op": "in", "value": wanted})
    ends = {"gte": row.get("from"), "lt": row.get("below")}
    given = {op: end for op, end in ends.items() if end is not None}
    return bool(given) and all(
        holds({"left": value, "op": op, "value": end}) for op, end in given.items()
    )
