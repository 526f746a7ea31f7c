"""A text of several lines, filled in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.contracts import Kind, NodeHandler, NodeResult, NodeRun, Shape, Succeeded
from workflows.forms import NodeForm, TemplateField


class TemplateForm(NodeForm):
    """Has the text, and says whether it is HTML."""

    text = TemplateField(
        label=_("Text"),
        help_text=_("Dear {{ trigger.data.customer.name }}, …"),
    )
    html = forms.BooleanField(
        label=_("It is HTML"),
        required=False,
        help_text=_(
            "Whatever the expressions give is escaped, unless {{ …|safe }} says that "
            "it is HTML itself."
        ),
    )


class Template(NodeHandler):
    """Gives a text, always; nothing is an empty text in it.

    Its lines are kept as they are, blanks included.
    """

    type = "template"
    faults = (
        (
            "An expression of the text cannot be evaluated",
            "error",
        ),
    )
    title = _("Text template")
    group = "values"
    description = _("Fills a text of several lines with values.")
    form_class = TemplateForm

    def run(self, run: NodeRun) -> NodeResult:
        as_text, as_html = run.config["text"]
        return Succeeded((as_html if run.config["html"] else as_text)(run.scope))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return Shape(Kind.TEXT)
