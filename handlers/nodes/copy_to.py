"""A copy to people: they are told, and nothing waits for them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from handlers.fields import require_values
from handlers.inbox.telling import Letter, tell
from handlers.people import choosing
from handlers.people.choosing import PeopleForm, chosen
from workflows.contracts import (
    Effect,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.forms import TextExpression


class CopyToForm(PeopleForm):
    """Says what people are told, and whom."""

    title = TextExpression(label=_("Title"), max_length=500)
    text = TextExpression(
        label=pgettext_lazy("message", "Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    groups = [(None, ["title", "text"]), (_("Who"), choosing.FIELDS)]


class CopyTo(NodeHandler):
    """Gives `{"told"}`: how many people have it in their inbox.

    It is told in the transaction of the node: exactly once, whatever happens.
    """

    type = "copy_to"
    faults = (
        (
            "Nobody is found to be informed",
            "succeeded",
        ),
        (
            "A user, group or address does not exist",
            "error",
        ),
    )
    title = _("Copy to")
    group = "people"
    description = _("Tells people something, and does not wait.")
    effect = Effect.DATABASE
    form_class = CopyToForm

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(Field("told", _("told"), Kind.NUMBER))

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        require_values(config, ["title"])
        letter = Letter(config["title"], config["text"] or "", run.execution_id)
        told = tell(chosen(config), letter, run.now)
        return Succeeded({"told": told})
