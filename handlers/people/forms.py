"""The forms of a task's page: the answer, a comment, handing over."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from handlers.people import outcomes
from handlers.people.answering import COMMENT, Answer
from handlers.people.assignees import name_of
from handlers.people.models import HumanTask
from workflows.questions import field_of


class AnswerForm(forms.Form):
    """Asks the questions of a task; which of them must be answered depends."""

    PREFIX = "q_"

    comment = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def __init__(self, task: HumanTask, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.task = task
        self.outcome = outcomes.find(
            task.outcomes, data.get("outcome", "") if data else ""
        )
        requires = self.outcome is None or self.outcome["questions"]
        asked = {
            f"{self.PREFIX}{question['name']}": field_of(question, required=requires)
            for question in task.questions
        }
        comment = self.fields.pop("comment")
        comment.required = bool(self.outcome and self.outcome["comment"])
        self.fields = {**asked, "comment": comment}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.outcome is None:
            self.add_error(None, gettext("Choose one of the buttons."))
        return cleaned

    @property
    def answer(self) -> Answer:
        """The answer, once the form is valid."""
        values = {
            name.removeprefix(self.PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(self.PREFIX)
        }
        name = self.outcome["name"] if self.outcome else ""
        return Answer(name, values, self.cleaned_data["comment"])


class CommentForm(forms.Form):
    """Asks for a comment."""

    text = forms.CharField(
        label=_("Add a comment"),
        max_length=COMMENT,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )


class HandOverForm(forms.Form):
    """Asks for the user name of somebody else.

    A list of all users would tell their names to everybody who is asked something.
    """

    to = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=COMMENT, required=False)

    def clean_to(self) -> Any:
        """Find the person; the answer is the same for unknown and unable ones."""
        users = get_user_model()._default_manager
        named = {get_user_model().USERNAME_FIELD: self.cleaned_data["to"]}
        user = users.filter(is_active=True, is_staff=True, **named).first()
        if user is None:
            message = gettext("No user of the admin has this name.")
            raise forms.ValidationError(message)
        return user

    @property
    def name(self) -> str:
        return name_of(self.cleaned_data["to"])
