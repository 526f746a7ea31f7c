"""Background work: started by a workflow, which may wait for its result."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from handlers.actions.document import read_actions
from handlers.work.conditions import Condition, read_conditions
from handlers.work.hiding import hidden_in
from handlers.work.models import Work
from handlers.work.starting import start_work
from handlers.work.states import WorkState
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    Waiting,
    shape_of_fields,
)
from workflows.exceptions import WorkflowError
from workflows.forms import (
    MappingField,
    NodeForm,
    TextExpression,
    ValueField,
    holds_expression,
)

#: A waiting node looks again after a fourth of the time that has passed, within these.
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(seconds=30)


SECRET = _(
    "It holds a password or a token, which versions and their exports would show. "
    "Keep it in an HTTP alias."
)


class ConditionsField(forms.CharField):
    """Names of conditions, separated by semicolons."""

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            read_conditions(value)
        except WorkflowError as error:
            raise ValidationError(str(error)) from error


class WorkForm(NodeForm):
    """Describes the work, and whether the workflow waits for it."""

    work = ValueField(
        label=_("Handlers"),
        help_text=_('A list: [{"type": "http", "method": "GET #shop/goods"}].'),
    )
    tag = TextExpression(label=_("Tag"), required=False, max_length=200)
    variables = MappingField(
        label=_("Variables"), required=False, help_text=_('{"order": "17"}')
    )
    retry = forms.BooleanField(label=_("Retry after an error"), required=False)
    conditions = ConditionsField(
        label=_("Conditions"),
        required=False,
        max_length=100,
        help_text=_("Any of %(names)s, separated by semicolons.")
        % {"names": ", ".join(Condition)},
    )
    exists = forms.ChoiceField(
        label=_("If the tag is in use"),
        required=False,
        choices=[
            ("", _("start it nevertheless")),
            ("keep", _("keep the other one")),
            ("replace", _("stop the other one")),
        ],
    )
    wait = forms.BooleanField(label=_("Wait for the result"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        work = cleaned.get("work")
        if work and not holds_expression(str(work)):
            try:
                read_actions(work)
            except WorkflowError as error:
                self.add_error("work", str(error))
        for name in ("work", "variables"):
            if hidden_in(cleaned.get(name)) != cleaned.get(name):
                self.add_error(name, SECRET)
        return cleaned


class BackgroundWork(NodeHandler):
    """Gives `{"work", "state"}`; after waiting also `variables`, as the work left them.

    It is started in the transaction of the node: exactly once, whatever happens.
    """

    type = "work"
    faults = (
        (
            "The work cannot be started as it is described",
            "failed",
        ),
        (
            "It did not succeed while the node waited, or was deleted",
            "failed",
        ),
    )
    waits = True
    title = _("Background work")
    group = "outside"
    description = _("Runs an array of handlers in the background.")
    effect = Effect.DATABASE
    form_class = WorkForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        try:
            work = start_work(
                config["work"],
                variables=config["variables"] or {},
                tag=config["tag"] or "",
                retry=config["retry"],
                conditions=config["conditions"],
                exists=config["exists"],
            )
        except WorkflowError as error:
            return Failed(str(error))
        state = {"work": work.pk, "state": work.state}
        if not config["wait"]:
            return Succeeded(state)
        return Waiting(run.now + SHORTEST, {**state, "since": run.now})

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        started = (
            Field("work", _("Number of the work"), Kind.NUMBER),
            Field("state", _("State"), Kind.TEXT),
        )
        variables = Field("variables", _("Variables"), Kind.OBJECT)
        return shape_of_fields(*started, *([variables] if config["wait"] else []))

    def awaited(self, waited: Any) -> str:
        number = {"number": waited["work"]}
        return gettext("the end of background work %(number)s") % number

    def resume(self, run: NodeRun) -> NodeResult:
        waited = run.waited
        work = Work.objects.filter(pk=waited["work"]).first()
        if work is None:
            return Failed(gettext("The background work was deleted."))
        result = {"work": work.pk, "state": work.state, "variables": work.output}
        if work.state == WorkState.SUCCEEDED:
            return Succeeded(result)
        if work.is_final:
            return Failed(work.reason or str(work.get_state_display()), result)
        rest = min(max((run.now - waited["since"]) / 4, SHORTEST), LONGEST)
        return Waiting(run.now + rest, waited)
