"""The end of the whole execution, wherever it stands."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.contracts import Ended, Kind, NodeHandler, NodeResult, NodeRun, Shape
from workflows.forms import NodeForm, TextExpression

SUCCESS, FAILURE = "success", "failure"


class EndForm(NodeForm):
    """Says how the execution ends."""

    outcome = forms.ChoiceField(
        label=_("Ends as"),
        initial=SUCCESS,
        choices=[(SUCCESS, _("succeeded")), (FAILURE, _("failed"))],
    )
    message = TextExpression(
        label=_("Message"),
        required=False,
        max_length=500,
        help_text=_("The history shows it as the reason."),
    )


class End(NodeHandler):
    """Ends the execution, also from inside a branch; nothing below it runs."""

    type = "end"
    faults = (
        (
            "It ends the execution as failed, if it is set so",
            "failed",
        ),
    )
    title = _("End")
    group = "flow"
    description = _("Ends the whole workflow as succeeded or failed.")
    form_class = EndForm

    def run(self, run: NodeRun) -> NodeResult:
        return Ended(run.config["outcome"] == SUCCESS, run.config["message"])

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return Shape(Kind.NOTHING)
