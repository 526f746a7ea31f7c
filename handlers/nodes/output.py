"""The output of an execution: what it hands to whoever waits for its end."""

from django.utils.translation import gettext_lazy as _

from workflows.contracts import NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import NodeForm, ValueField


class OutputForm(NodeForm):
    """Says what the output is."""

    value = ValueField(
        label=_("Value"),
        required=False,
        help_text=_('Any JSON: {"total": "{{ nodes.sum }}"}.'),
    )


class Output(NodeHandler):
    """Gives its value, and makes it the output of the execution; the last one stays.

    A sub-workflow node gets the output of the workflow that it started, the history
    shows it, and triggers that follow an execution are told.
    """

    type = "output"
    faults = ()
    title = _("Output")
    group = "flow"
    description = _("Sets what the workflow gives to those that wait for its end.")
    form_class = OutputForm

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded(run.config["value"], output=True)
