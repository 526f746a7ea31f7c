"""The form that starts a work: its handlers, when it runs, and with what."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from handlers.actions.models import SqlDatabase
from handlers.actions.stack import HashMap
from handlers.actions.texts import read_json
from handlers.work.conditions import Condition
from handlers.work.models import Work
from handlers.work.orders import SHORTEST, Order, read_periodic, read_start
from handlers.work.states import Kind
from workflows.exceptions import WorkflowError

EXAMPLE = [{"action": "run", "type": "set", "method": "toast=Hello"}]


class WorkForm(forms.Form):
    """Orders a work; everything that a command may say can be chosen here."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("work", "Runs"),
        choices=[(Kind.ONCE, _("once")), (Kind.PERIODIC, _("again and again"))],
        initial=Kind.ONCE,
    )
    period = forms.IntegerField(
        label=_("Period in minutes"),
        required=False,
        min_value=1,
        initial=SHORTEST,
        help_text=_("From the end of a run to the next one; 15 at least."),
    )
    tag = forms.CharField(
        label=_("Tag"),
        required=False,
        max_length=200,
        help_text=_("Works are stopped by it. Several works may have the same."),
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
    retry = forms.BooleanField(
        label=_("Retry after an error"),
        required=False,
        help_text=_("After 30 s, then after twice as long each time, up to 5 hours."),
    )
    break_if_error = forms.BooleanField(
        label=_("Skip the rest after an error"),
        required=False,
        help_text=_("BreakHandlersIfError: otherwise the next handler runs anyway."),
    )
    conditions = forms.MultipleChoiceField(
        label=_("Only while"),
        required=False,
        choices=[
            (Condition.CONNECTED, _("CONNECTED: there is a network")),
            (Condition.CHARGING, _("CHARGING: on mains, or without a battery")),
            (Condition.BATTERY_NOT_LOW, _("BATTERY_NOT_LOW: above 15 %")),
            (Condition.IDLE, _("IDLE: the processors have little to do")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    database = forms.ChoiceField(label=_("Database"), required=False)
    variables = forms.CharField(
        label=_("Variables"),
        required=False,
        help_text=_('A JSON object: {"warehouse": "7"}'),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
    )
    work = forms.CharField(
        label=_("Handlers"),
        initial=json.dumps(EXAMPLE, indent=2, ensure_ascii=False),
        widget=forms.Textarea(
            attrs={
                "rows": 16,
                "dir": "ltr",
                "spellcheck": "false",
                "data-wf-handlers": "",
            }
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = SqlDatabase.objects.exclude(name="").values_list("name", flat=True)
        choices = [("", _("the main one")), *((name, name) for name in names)]
        self.fields["database"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            cleaned["order"] = self._order(cleaned)
        except WorkflowError as error:
            self.add_error("work", str(error))
        return cleaned

    def clean_variables(self) -> dict[str, str]:
        text = self.cleaned_data["variables"]
        try:
            given = read_json(text, str(_("Variables"))) if text else {}
        except WorkflowError as error:
            raise forms.ValidationError(str(error)) from error
        if not isinstance(given, dict):
            raise forms.ValidationError(_("Enter a JSON object."))
        return HashMap(given).as_dict()

    def _order(self, cleaned: dict[str, Any]) -> Order:
        keys: dict[str, Any] = {name: cleaned[name] for name in ("work", "tag")}
        keys["conditions"] = cleaned["conditions"]
        if cleaned["kind"] == Kind.PERIODIC:
            order = read_periodic({**keys, "period": cleaned["period"] or SHORTEST})
        else:
            more = {"retry": cleaned["retry"], "exists": cleaned["exists"]}
            order = read_start({**keys, **more})
        return Order(
            **{
                **{name: getattr(order, name) for name in order.__slots__},
                "break_if_error": cleaned["break_if_error"],
                "variables": cleaned["variables"],
                "database": cleaned["database"],
            }
        )


def initial_of(work: Work, *, variables: bool) -> dict[str, Any]:
    """Give what the form shows for a copy of a work."""
    body = work.body.get("work", EXAMPLE)
    return {
        "kind": work.kind if work.kind == Kind.PERIODIC else Kind.ONCE,
        "period": work.period or SHORTEST,
        "tag": work.tag,
        "retry": work.retry,
        "break_if_error": work.break_if_error,
        "conditions": work.conditions,
        "database": work.database,
        "work": json.dumps(body, indent=2, ensure_ascii=False),
        "variables": json.dumps(work.stack, ensure_ascii=False)
        if variables and work.stack
        else "",
    }
