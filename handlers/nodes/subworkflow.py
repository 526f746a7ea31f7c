"""A sub-workflow: another workflow, started by a node that may wait for its end."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import WorkflowField
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
from workflows.exceptions import ChildRefused
from workflows.forms import MappingField, NodeForm
from workflows.models import WorkflowVersion
from workflows.services import start_child
from workflows.states import ExecutionStatus

ENABLED, CURRENT = "enabled", "current"


class SubWorkflowForm(NodeForm):
    """Says which workflow is started, with what, and whether its end is awaited."""

    workflow = WorkflowField(label=_("Workflow"))
    version = forms.ChoiceField(
        label=_("Version"),
        initial=ENABLED,
        choices=[
            (ENABLED, _("the enabled one")),
            (CURRENT, _("the current one, enabled or not")),
        ],
    )
    input = MappingField(
        label=_("Input"),
        required=False,
        hint=_("It sees them as trigger.data."),
        help_text=_(
            'What it sees as trigger.data: {"order": "{{ trigger.data.id }}"}.'
        ),
    )
    wait = forms.BooleanField(label=_("Wait for its end"), required=False, initial=True)


class SubWorkflow(NodeHandler):
    """Gives `{"execution", "status", "reason", "output"}` of what it started.

    Without waiting only `execution`. If the other execution does not succeed, the node
    fails, with the same result. If the node stops waiting, because its time is over or
    its execution ends, the other execution is cancelled. A workflow that is in its own
    chain more often than its stack limit allows is not started.
    """

    type = "subworkflow"
    faults = (
        (
            "The workflow has no such version, or its start is refused",
            "failed",
        ),
        (
            "It did not succeed while the node waited; see the result",
            "failed",
        ),
    )
    waits = True
    title = _("Sub-workflow")
    group = "flow"
    description = _("Starts another workflow, and may wait for its end.")
    effect = Effect.DATABASE
    form_class = SubWorkflowForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        version = _version(config["workflow"], config["version"])
        if version is None:
            return Failed(_lacks_version(config["version"]), permanent=True)
        try:
            execution = start_child(
                run, version, config["input"] or {}, awaited=config["wait"]
            )
        except ChildRefused as refused:
            return Failed(str(refused))
        started = {"execution": execution}
        return Waiting(result=started) if config["wait"] else Succeeded(started)

    def resume(self, run: NodeRun) -> NodeResult:
        if run.reply is None:
            return Waiting(result=run.waited)
        end = run.reply.value
        if end["status"] == ExecutionStatus.SUCCEEDED:
            return Succeeded(end)
        return Failed(_failure(end), end)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        fields = [Field("execution", _("Execution"), Kind.NUMBER)]
        if config["wait"]:
            fields += [
                Field("status", _("Status"), Kind.TEXT),
                Field("reason", _("Reason"), Kind.TEXT),
                Field("output", _("Output")),
            ]
        return shape_of_fields(*fields)


def _version(workflow: int, which: str) -> WorkflowVersion | None:
    versions = WorkflowVersion.objects.filter(workflow=workflow, archived_at=None)
    chosen = versions.enabled() if which == ENABLED else versions.current()
    return chosen.filter(workflow__archived_at=None).select_related("workflow").first()


def _lacks_version(which: str) -> str:
    if which == ENABLED:
        return gettext(
            "The workflow has no enabled version. Enable one, or let the node start "
            "the current one."
        )
    return gettext("The workflow has been deleted. Choose another one.")


def _failure(end: Mapping[str, Any]) -> str:
    label = ExecutionStatus(end["status"]).label
    message = gettext("Execution %(number)s ended as '%(status)s'.")
    message %= {"number": end["execution"], "status": label}
    return f"{message} {end['reason']}".strip()
