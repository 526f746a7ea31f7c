"""The form of the options that nodes of every type have."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.forms import ConfigForm
from workflows.node_options import (
    LONGEST_REST,
    LONGEST_TIME,
    MOST_ATTEMPTS,
    MOST_FACTOR,
    OnError,
    Retry,
    RetryOn,
)

_USUAL = Retry()


def _seconds(rest: timedelta) -> int:
    return int(rest.total_seconds())


class NodeOptionsForm(ConfigForm):
    """Says what becomes of a node that goes wrong or takes long."""

    groups: ClassVar = (
        (_("Another try"), ("attempts", "on", "first", "most", "factor")),
        (_("Limits"), ("timeout", "on_error")),
    )

    attempts = forms.IntegerField(
        label=_("Tries at most"),
        required=False,
        initial=1,
        min_value=1,
        max_value=MOST_ATTEMPTS,
        help_text=_("The first one counts; 1 for no other try."),
    )
    on = forms.ChoiceField(
        label=_("Try again after"),
        required=False,
        initial=_USUAL.on.value,
        choices=[
            (RetryOn.BOTH.value, _("failures and errors")),
            (RetryOn.ERROR.value, _("errors only")),
            (RetryOn.FAILED.value, _("failures only")),
        ],
    )
    first = forms.FloatField(
        label=_("First rest (seconds)"),
        required=False,
        initial=_seconds(_USUAL.first),
        min_value=0,
        max_value=LONGEST_REST,
    )
    most = forms.FloatField(
        label=_("Longest rest (seconds)"),
        required=False,
        initial=_seconds(_USUAL.most),
        min_value=0,
        max_value=LONGEST_REST,
    )
    factor = forms.FloatField(
        label=_("Factor"),
        required=False,
        initial=_USUAL.factor,
        min_value=1,
        max_value=MOST_FACTOR,
        help_text=_("By this each rest is longer than the one before."),
    )
    timeout = forms.FloatField(
        label=_("Time limit of a try (seconds)"),
        required=False,
        min_value=0.001,
        max_value=LONGEST_TIME,
        help_text=_("Waiting counts. Empty for no limit."),
    )
    on_error = forms.ChoiceField(
        label=_("If it goes wrong"),
        required=False,
        initial=OnError.STOP.value,
        choices=[
            (OnError.STOP.value, _("end the execution")),
            (OnError.CONTINUE.value, _("go on, with the error as the result")),
        ],
    )

    @classmethod
    def of_node(
        cls, node: Mapping[str, Any], data: Any = None, **options: Any
    ) -> "NodeOptionsForm":
        """Make the form of a node of a definition, whatever stands in it."""
        defaults = {name: field.initial for name, field in cls.base_fields.items()}
        retry = node.get("retry")
        stored = {**retry} if isinstance(retry, Mapping) else {}
        stored |= {name: node.get(name) for name in ("timeout", "on_error")}
        known = {key: each for key, each in stored.items() if each is not None}
        return cls(data, initial={**defaults, **known}, **options)

    @property
    def properties(self) -> dict[str, Any]:
        """Give what to store in the node; None for an option that it does not have."""
        cleaned = self.cleaned_data
        names = ("attempts", "first", "most", "factor", "on")
        retry = {name: cleaned[name] for name in names if cleaned[name] not in _EMPTY}
        goes_on = cleaned["on_error"] == OnError.CONTINUE.value
        return {
            "retry": retry if (cleaned["attempts"] or 1) > 1 else None,
            "timeout": cleaned["timeout"],
            "on_error": OnError.CONTINUE.value if goes_on else None,
        }


_EMPTY = (None, "")
