"""A node type of somebody else's app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.contracts import NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import NodeForm, TextExpression


class BlinkForm(NodeForm):
    """Says which lamp blinks, and how often."""

    lamp = TextExpression(label=_("Lamp"))
    times = forms.IntegerField(label=_("Times"), initial=3, min_value=1, max_value=10)


class Blink(NodeHandler):
    """Gives what the lamp would show."""

    type = "thirdparty.blink"
    title = _("Blink")
    group = "outside"
    description = _("Lets a lamp blink.")
    form_class = BlinkForm

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded([run.config["lamp"]] * run.config["times"])
