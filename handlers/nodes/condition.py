"""A condition: two branches, or an end unless it is true."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.comparisons import holds
from handlers.fields import require, truth_of
from workflows.contracts import (
    Failed,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.forms import NodeForm, ValueField, holds_expression
from workflows.rules import RulesField, fold

BRANCH, CONTINUE = "branch", "continue"
RULES, EXPRESSION = "rules", "expression"


class ConditionForm(NodeForm):
    """Says how the condition is decided, and what follows from it."""

    mode = forms.ChoiceField(
        label=_("Then"),
        initial=BRANCH,
        choices=[
            (BRANCH, _("go into the branch yes or no")),
            (CONTINUE, _("continue only if it is true")),
        ],
    )
    by = forms.ChoiceField(
        label=_("Decided by"),
        initial=RULES,
        choices=[(RULES, _("rules")), (EXPRESSION, _("an expression"))],
    )
    rules = RulesField(
        label=_("Rules"),
        required=False,
        help_text=_(
            'Rules {"left", "op", "value"} in groups; without rules it is true.'
        ),
    )
    expression = ValueField(
        label=_("Expression"),
        required=False,
        help_text=_("Must give true or false: {{ trigger.data.total > 100 }}."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("by") == EXPRESSION:
            require(self, ["expression"], _("Enter the expression that decides."))
            value = cleaned.get("expression")
            if isinstance(value, str) and not holds_expression(value):
                message = gettext("Write the condition in double braces: {{ … }}.")
                self.add_error("expression", message)
        return cleaned


class Condition(NodeHandler):
    """Goes into a branch, or fails the execution unless the condition is true."""

    type = "condition"
    faults = (
        (
            "It may continue only if the condition is true, and it is not",
            "failed",
        ),
        (
            "It gives neither true nor false, or compares what cannot be",
            "error",
        ),
    )
    title = _("Condition")
    group = "flow"
    description = _("Takes the branch yes or no, or continues only if it is true.")
    form_class = ConditionForm
    branches = {"yes": _("Yes"), "no": _("No")}

    def run(self, run: NodeRun) -> NodeResult:
        met = self._is_met(run)
        if run.config["mode"] == CONTINUE:
            message = gettext("The condition is not met.")
            return Succeeded(met) if met else Failed(message, met)
        return Succeeded(met, branch="yes" if met else "no")

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return Shape(Kind.BOOLEAN)

    def _is_met(self, run: NodeRun) -> bool:
        if run.config["by"] == EXPRESSION:
            return truth_of(run.config["expression"])
        rules = run.config["rules"]
        if not rules or not rules["rules"]:
            return True
        return fold(rules, holds, {"all": all, "any": any})
