"""The form of the trigger: which workflows, and how they must have ended."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from workflows.forms import ConfigForm
from workflows.models import Execution, Workflow
from workflows.states import ExecutionStatus

#: How an execution can end that has begun.
ENDS = (
    ExecutionStatus.SUCCEEDED,
    ExecutionStatus.FAILED,
    ExecutionStatus.ERROR,
    ExecutionStatus.CANCELLED,
    ExecutionStatus.TIMED_OUT,
)


def workflow_choices() -> list[tuple[int, str]]:
    rows = Workflow.objects.present().order_by("title", "pk")
    return list(rows.values_list("pk", "title"))


class WorkflowsField(forms.TypedMultipleChoiceField):
    """Workflows that are not deleted, by their ids."""

    #: An export names them by their titles.
    refers_to_workflows = True

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=workflow_choices, coerce=int, **options)


class ExecutionForm(ConfigForm):
    """Says whose ends are listened to, and which of them."""

    workflows = WorkflowsField(
        label=_("Workflows"),
        required=False,
        help_text=_("None chosen: all but this one."),
    )
    statuses = forms.MultipleChoiceField(
        label=_("Ended as"),
        choices=[(status.value, status.label) for status in ENDS],
        initial=[ExecutionStatus.FAILED.value, ExecutionStatus.ERROR.value],
        widget=forms.CheckboxSelectMultiple,
    )


class ManualExecutionForm(ConfigForm):
    """Names an execution as if it had just ended."""

    execution = forms.IntegerField(label=_("Execution"), min_value=1)

    def clean_execution(self) -> Any:
        pk: int = self.cleaned_data["execution"]
        if not Execution.objects.filter(pk=pk).exists():
            message = gettext("There is no execution %(pk)s.")
            raise ValidationError(message % {"pk": pk})
        return pk
