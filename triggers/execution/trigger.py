"""The trigger: another workflow has ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_lazy as _

from triggers.execution.forms import ENDS, ExecutionForm, ManualExecutionForm
from triggers.execution.telling import ANY, context_of
from triggers.listening import Kind, listen, stop_listening
from triggers.words import listed
from workflows.contracts import (
    Field,
    Kind as FieldKind,
    Shape,
    Subscription,
    Trigger,
    shape_of_fields,
)
from workflows.models import Execution, Workflow


class ExecutionTrigger(Trigger):
    """Starts a workflow when an execution of another one has ended."""

    type = "execution"
    title = _("Another workflow ended")
    description = _("When a workflow succeeds, fails, or ends in another way.")
    form_class = ExecutionForm
    manual_form_class: ClassVar = ManualExecutionForm

    def arm(self, subscription: Subscription, now: datetime) -> None:
        chosen = map(str, subscription.config.get("workflows") or [ANY])
        listen(subscription.version_id, Kind.EXECUTION, chosen)

    def disarm(self, subscription: Subscription) -> None:
        stop_listening(subscription.version_id)

    def describe(self, config: Mapping[str, Any]) -> str:
        labels = {status.value: str(status.label) for status in ENDS}
        names = [labels[each] for each in config.get("statuses", ()) if each in labels]
        facts = {"statuses": listed(names) or "?", "workflows": ""}
        if not (ids := config.get("workflows")):
            return gettext("When any other workflow ends as: %(statuses)s") % facts
        titles = Workflow.objects.filter(pk__in=ids).order_by("title")
        facts["workflows"] = listed(
            [f"“{title}”" for title in titles.values_list("title", flat=True)]
        )
        return gettext("When %(workflows)s ends as: %(statuses)s") % facts

    def data_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("id", _("execution"), FieldKind.NUMBER),
            Field("workflow_id", _("id of the workflow"), FieldKind.NUMBER),
            Field("version_id", _("id of the version"), FieldKind.NUMBER),
            Field("workflow", _("workflow"), FieldKind.TEXT),
            Field("status", _("status"), FieldKind.TEXT),
            Field("reason", _("reason"), FieldKind.TEXT),
            Field("output", _("output")),
            Field("started_at", _("started"), FieldKind.DATETIME),
            Field("finished_at", _("finished"), FieldKind.DATETIME),
        )

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Make the context from a stored execution, whatever its status."""
        rows = Execution.objects.select_related("workflow")
        return context_of(rows.get(pk=values["execution"]), now)
