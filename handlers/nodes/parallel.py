"""Branches side by side: what waits or calls outside in one holds up no other."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from workflows.contracts import (
    BranchEnd,
    Failed,
    Field,
    Fork,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    Waiting,
    shape_of_fields,
)
from workflows.forms import NodeForm, PathsField

ALL, ANY, RACE, SETTLED = "all", "any", "race", "settled"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LEAST, MOST = 2, 20


class BranchesField(PathsField):
    """Names of branches, separated by commas."""

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if not LEAST <= len(value) <= MOST or len(set(value)) < len(value):
            message = gettext("Name 2 to %(most)d branches, each differently.")
            raise ValidationError(message % {"most": MOST})
        for name in value:
            if not NAME.fullmatch(name):
                message = gettext(
                    "'%(name)s' cannot name a branch. Use small letters, digits and _, "
                    "and begin with a letter."
                )
                raise ValidationError(message % {"name": name})


class ParallelForm(NodeForm):
    """Says which branches there are, and when the node is done."""

    names = BranchesField(
        label=_("Branches"),
        initial=["first", "second"],
        help_text=_("Names separated by commas: mail, stock."),
    )
    mode = forms.ChoiceField(
        label=_("Done"),
        initial=ALL,
        choices=[
            (ALL, _("when all have succeeded; the first failure ends it")),
            (ANY, _("when one has succeeded; fails if all fail")),
            (RACE, _("when one has ended, either way")),
            (SETTLED, _("when all have ended, either way")),
        ],
    )


class Parallel(NodeHandler):
    """Gives `{"winner", "branches": {name: {"status", "reason", "result"}}}`.

    `status` is succeeded, failed or cancelled, `result` that of the last node of the
    branch, and `winner` the branch that decided, if one did. Branches wait and call
    outside at the same time; nodes without such effects run one after the other. What
    a decision makes useless is cancelled; a call that is under way then is not called
    back, but its answer is dropped. Nodes in a branch see the results of earlier nodes,
    and later nodes those of all branches that have run.
    """

    type = "parallel"
    title = _("Parallel branches")
    group = "flow"
    description = _("Runs branches side by side.")
    form_class = ParallelForm
    forks = True
    faults = (
        (
            "A branch fails, where all are to succeed or the first end counts",
            "as that node",
        ),
        ("No branch succeeds, where one is to", "failed"),
    )

    def branches_for(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        names = PathsField().to_python(config.get("names") or "first,second")
        return {name: name for name in names}

    def run(self, run: NodeRun) -> NodeResult:
        return Fork(tuple(run.config["names"]))

    def after_branch(self, run: NodeRun) -> NodeResult | None:
        ends = list(run.branches.values())
        ended = run.branches[run.branch]
        is_last = None not in ends
        succeeded = ended is not None and ended.succeeded
        match run.config["mode"]:
            case "all" if not succeeded:
                return None
            case "race":
                return self._done(run, run.branch) if succeeded else None
            case "any" if succeeded:
                return self._done(run, run.branch)
            case "any" if is_last:
                return Failed(gettext("No branch has succeeded."), _result(run))
        return self._done(run) if is_last else Waiting()

    def _done(self, run: NodeRun, winner: str | None = None) -> NodeResult:
        return Succeeded(_result(run, winner))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        end = (
            Field("status", _("Status"), Kind.TEXT),
            Field("reason", _("Reason"), Kind.TEXT),
            Field("result", _("Result")),
        )
        branches = tuple(
            Field(name, name, Kind.OBJECT, end) for name in self.branches_for(config)
        )
        return shape_of_fields(
            Field("winner", _("Winner"), Kind.TEXT),
            Field("branches", _("Branches"), Kind.OBJECT, branches),
        )


def _result(run: NodeRun, winner: str | None = None) -> dict[str, Any]:
    ends = {name: _described(end) for name, end in run.branches.items()}
    return {"winner": winner, "branches": ends}


def _described(end: BranchEnd | None) -> dict[str, Any]:
    if end is None:
        return {"status": "cancelled", "reason": "", "result": None}
    status = "succeeded" if end.succeeded else "failed"
    return {"status": status, "reason": end.reason, "result": end.result}
