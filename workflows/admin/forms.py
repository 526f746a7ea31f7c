"""The admin's own forms: a workflow, its options, its document, the frame of a node."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from workflows import registry
from workflows.codec import TypedEncoder, decode, encode
from workflows.exceptions import ResultNotStorable
from workflows.graph.schema import KEY_PATTERN
from workflows.models import Workflow
from workflows.options import Concurrency, Options
from workflows.services import LARGEST


class WorkflowForm(forms.ModelForm):
    """What every version of a workflow shares."""

    class Meta:
        model = Workflow
        fields = ["title", "description", "categories"]
        widgets: dict[str, forms.Widget] = {
            "description": forms.Textarea(attrs={"rows": 3})
        }


class NewWorkflowForm(WorkflowForm):
    """A workflow and the trigger of its first version, which is set up next."""

    class Meta(WorkflowForm.Meta):
        widgets = {
            **WorkflowForm.Meta.widgets,
            "title": forms.TextInput(attrs={"autofocus": True, "class": "vTextField"}),
        }

    trigger_type = forms.ChoiceField(
        label=_("Trigger"),
        choices=lambda: [
            (name, each.title) for name, each in registry.triggers.items()
        ],
        help_text=_("What starts it. Its settings come on the next page."),
    )
    synchronous = forms.BooleanField(
        label=_("Synchronous"),
        required=False,
        help_text=_("Run in the process of the caller; nodes that wait are refused."),
    )


class MomentInput(forms.DateTimeInput):
    """A moment to the second, with the calendar of the browser."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 1}, format="%Y-%m-%dT%H:%M:%S")


class OptionsForm(forms.Form):
    """What may change even after a version has run."""

    timeout = forms.IntegerField(
        label=_("Time limit (seconds)"),
        min_value=0,
        max_value=315_360_000,
        required=False,
        help_text=_("Waiting counts. Empty or 0 for no limit."),
    )
    stack_limit = forms.IntegerField(
        label=_("Stack limit"),
        min_value=1,
        max_value=100,
        help_text=_(
            "How often this workflow may stand in a chain of workflows "
            "that start each other."
        ),
    )

    concurrency = forms.ChoiceField(
        label=_("If earlier runs are unfinished"),
        choices=Concurrency.choices,
        required=False,
        help_text=_(
            "What a new run does then: it starts all the same, it waits until there "
            "is room, it is left out and noted in the history, or it starts and the "
            "oldest unfinished run is cancelled."
        ),
    )
    max_running = forms.IntegerField(
        label=_("Unfinished runs at most"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("How many there is room for. Side by side there is no maximum."),
    )

    def clean_concurrency(self) -> str:
        return self.cleaned_data["concurrency"] or Options().concurrency.value

    def clean_max_running(self) -> int:
        return self.cleaned_data["max_running"] or Options().max_running

    @classmethod
    def initial_of(cls, options: Options) -> dict[str, Any]:
        seconds = int(options.timeout.total_seconds()) if options.timeout else None
        return {
            "timeout": seconds,
            "stack_limit": options.stack_limit,
            "concurrency": options.concurrency.value,
            "max_running": options.max_running,
        }


class MissedForm(forms.Form):
    """A range of the past, on the wall clock of the active time zone."""

    since = forms.DateTimeField(label=_("From"), widget=MomentInput)
    until = forms.DateTimeField(
        label=_("To"), widget=MomentInput, help_text=_("Both are included.")
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if until > self.now:
            raise ValidationError(gettext("This is not over yet; choose the past."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("The end is before the start."))
        return cleaned


class DocumentField(forms.CharField):
    """The definition as text; a fault is told with its place."""

    widget = forms.Textarea(
        attrs={"rows": 20, "spellcheck": "false", "class": "wf-code", "dir": "ltr"}
    )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return json.dumps(value, cls=TypedEncoder, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            document = decode(text)
            encode(document)
        except json.JSONDecodeError as error:
            facts = {"what": error.msg, "line": error.lineno, "column": error.colno}
            message = gettext(
                "This is no JSON: %(what)s, in line %(line)s, column %(column)s."
            )
            raise ValidationError(message % facts) from error
        except RecursionError as error:
            message = gettext("The definition is nested too deeply.")
            raise ValidationError(message) from error
        except ResultNotStorable as error:
            raise ValidationError(str(error)) from error
        return document


class DefinitionForm(forms.Form):
    """The whole definition as one JSON document."""

    definition = DocumentField(label=_("Definition"), strip=False)


class ImportForm(forms.Form):
    """A document, as a file or as text."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 12, "spellcheck": "false", "class": "wf-code", "dir": "ltr"}
        ),
    )

    def clean_file(self) -> str:
        """Read no more of a file than a document may have."""
        file = self.cleaned_data["file"]
        try:
            return file.read(LARGEST + 1).decode() if file else ""
        except UnicodeDecodeError as error:
            message = gettext("The file is no text in UTF-8.")
            raise ValidationError(message) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned.get("file") or cleaned.get("text")):
            self.add_error("file", gettext("Choose a file, or enter its text."))
        return cleaned

    @property
    def document(self) -> str:
        text: str = self.cleaned_data["file"] or self.cleaned_data["text"]
        return text


class FrameForm(forms.Form):
    """What every node has, whatever its type."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    key = forms.RegexField(
        KEY_PATTERN,
        label=_("Key"),
        required=False,
        help_text=_("Names the node in expressions; what refers to it is changed too."),
        error_messages={
            "invalid": _("Small letters, digits and _, a letter first: unpaid_orders.")
        },
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "wf-prose"}),
        help_text=_("For the people who read this workflow."),
    )
    disabled = forms.BooleanField(
        label=pgettext_lazy("node", "Disabled"),
        required=False,
        help_text=_("The node is skipped; its result is empty."),
    )
