"""A switch: the first of many conditions that is met chooses the branch."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.cases import OTHERWISE, Case, CasesField
from workflows.contracts import (
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.forms import NodeForm

BRANCH, FAIL = "branch", "fail"


class SwitchForm(NodeForm):
    """Lists the cases, and says what follows if none is met."""

    cases = CasesField(
        label=_("Cases"),
        help_text=_(
            "The first one that is met chooses its branch; later ones are not asked. "
            'Each is {"name", "title", "rules"} or {"name", "title", "expression"}.'
        ),
    )
    no_match = forms.ChoiceField(
        label=_("If no case is met"),
        initial=BRANCH,
        choices=[
            (BRANCH, _("go into the branch otherwise")),
            (FAIL, _("the node fails")),
        ],
    )


class Switch(NodeHandler):
    """Gives `{"case"}`: the name of the case that is met, or `otherwise`.

    Its branches are named by its cases. The log says what each case that was asked
    gave. A case that cannot be decided is an error, and no branch is taken.
    """

    type = "switch"
    faults = (
        (
            "No case is met, and it is to fail then",
            "failed",
        ),
        (
            "A condition gives neither true nor false",
            "error",
        ),
    )
    title = _("Switch")
    group = "flow"
    description = _("Takes the branch of the first case that is met.")
    form_class = SwitchForm
    branches = {OTHERWISE: _("Otherwise")}

    def branches_for(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        cases = config.get("cases")
        listed = cases if isinstance(cases, list) else []
        named = [case for case in listed if _is_named(case)]
        titles = {case["name"]: case.get("title") or case["name"] for case in named}
        return {**titles, **self.branches}

    def run(self, run: NodeRun) -> NodeResult:
        cases: list[Case] = run.config["cases"]
        log = []
        for case in cases:
            met = case.is_met(run.scope)
            log.append(f"{case.name}: {gettext('yes') if met else gettext('no')}")
            if met:
                result = {"case": case.name}
                return Succeeded(result, branch=case.name, log="\n".join(log))
        if run.config["no_match"] == FAIL:
            return Failed(gettext("No case is met."), {"case": None})
        return Succeeded({"case": OTHERWISE}, branch=OTHERWISE, log="\n".join(log))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(Field("case", _("Case"), Kind.TEXT))


def _is_named(case: object) -> bool:
    return isinstance(case, Mapping) and isinstance(case.get("name"), str)
