"""The trigger: nothing but a person starts the workflow, and fills in a form."""

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from workflows.contracts import Shape, Trigger
from workflows.exceptions import WorkflowError
from workflows.forms import ConfigForm
from workflows.questions import (
    ROWS,
    TYPES,
    DocumentField,
    field_of,
    read_questions,
    shape,
)


class ManualForm(ConfigForm):
    """Says what a person is asked for who starts the workflow."""

    questions = DocumentField(
        label=_("Questions"),
        read=read_questions,
        rows=ROWS,
        required=False,
        help_text=_(
            'A list: [{"name": "amount", "label": "Amount", "type": "decimal", '
            '"required": true}]. Types: %(types)s.'
        )
        % {"types": ", ".join(TYPES)},
    )


class ManualTrigger(Trigger):
    """Starts a workflow when a person chooses "Run by hand".

    `trigger.data` are the answers by name. A synchronous workflow has ended when the
    page comes back. Other workflows may start it as well, by a sub-workflow node.
    """

    type = "manual"
    title = _("By hand")
    description = _("When a person runs it and fills in its form.")
    form_class = ManualForm

    def manual_form(self, config: Mapping[str, Any]) -> "builtins.type[ConfigForm]":
        """Make a form of the questions; one without any if they are not valid."""
        try:
            asked = read_questions(config.get("questions") or [])
        except WorkflowError:
            asked = []
        fields = {each["name"]: field_of(each, required=True) for each in asked}
        return builtins.type("AskedForm", (ConfigForm,), fields)

    def describe(self, config: Mapping[str, Any]) -> str:
        try:
            asked = read_questions(config.get("questions") or [])
        except WorkflowError as error:
            return str(error)
        if not asked:
            return gettext("When a person runs it by hand")
        labels = ", ".join(each["label"] for each in asked)
        return gettext("When a person runs it by hand, with: %(labels)s") % {
            "labels": labels
        }

    def data_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape(config.get("questions") or [])

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Give each question its answer; None where there is none."""
        names = [each["name"] for each in read_questions(config.get("questions") or [])]
        return {"data": {name: values.get(name) for name in names}, "date": now}
