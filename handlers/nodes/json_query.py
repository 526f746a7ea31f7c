"""Parts of JSON-like values, found by JMESPath."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from handlers.jmes import MAX_QUERY, QueryRefused, parsed, search
from workflows.contracts import NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import GivenField, NodeForm


class QueryField(forms.CharField):
    """A JMESPath expression, such as `lines[].sku`."""

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            parsed(value)
        except QueryRefused as error:
            raise ValidationError(str(error)) from error


class JsonQueryForm(NodeForm):
    """Says what to look in, and what for."""

    source = GivenField(
        label=_("Look in"),
        help_text=_("An expression such as {{ nodes.http.body }}, or any JSON."),
    )
    query = QueryField(
        label=_("JMESPath"),
        max_length=MAX_QUERY,
        help_text=_("Such as items[?price > `10`].{id: id, price: price}."),
    )


class JsonQuery(NodeHandler):
    """Gives what the query finds, and nothing (`null`) where it finds nothing.

    Decimals count as numbers; dates can be sorted and compared with ISO texts. The
    query itself is fixed: no expression becomes part of it.
    """

    type = "json_query"
    faults = (
        (
            "The query cannot be applied to the source",
            "error",
        ),
    )
    title = _("JSON query")
    group = "values"
    description = _("Finds parts of a result by a JMESPath expression.")
    form_class = JsonQueryForm

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded(search(run.config["query"], run.config["source"]))
