"""A value, worked out by an expression."""

from django.utils.translation import gettext_lazy as _

from workflows.contracts import NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import NodeForm, ValueField


class CalculationForm(NodeForm):
    """Has one setting, the value."""

    value = ValueField(
        label=_("Value"),
        required=False,
        help_text=_("An expression such as {{ trigger.data.total * 2 }}, or any JSON."),
    )


class Calculation(NodeHandler):
    """Gives its value as the result; without a value the result is nothing."""

    type = "calculation"
    faults = ()
    title = _("Calculation")
    group = "values"
    description = _("Works out a value by an expression.")
    form_class = CalculationForm

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded(run.config["value"])
