"""Form fields that several nodes share."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from workflows.exceptions import WorkflowError
from workflows.models import Workflow


class SettingEmpty(WorkflowError):
    """An expression gave nothing for a setting that the node needs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The setting '{name}' is empty, and it is needed here.")


class NotABoolean(WorkflowError):
    """A condition gave a value that is neither true nor false."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"The condition gave {str(value)[:50]!r} ({type(value).__name__}); it must "
            "give true or false. Compare it, for example with == or > 0."
        )


class ZoneField(forms.CharField):
    """A time zone by its name; empty is that of the project."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Time zone"))
        options.setdefault("required", False)
        super().__init__(max_length=100, **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and value not in available_timezones():
            message = gettext("'%s' is no time zone. Give a name such as Europe/Paris.")
            raise ValidationError(message % value)


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name or settings.TIME_ZONE)


def require(form: forms.Form, names: Iterable[str], message: Any) -> None:
    """Add `message` to each of the fields that is empty."""
    for name in names:
        empty = form.cleaned_data.get(name) in form.fields[name].empty_values
        if empty and name not in form.errors:
            form.add_error(name, message)


def require_values(config: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise `SettingEmpty` for the first that an expression left empty."""
    for name in names:
        if config[name] in (None, ""):
            raise SettingEmpty(name)


class WorkflowField(forms.TypedChoiceField):
    """One of the workflows that are not deleted, by its id."""

    #: An export names them by their titles.
    refers_to_workflows = True

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_workflows, coerce=int, **options)


def _workflows() -> list[tuple[int, str]]:
    rows = Workflow.objects.present().order_by("title", "pk")
    return list(rows.values_list("pk", "title"))


def truth_of(value: object) -> bool:
    """Give what a condition has decided; raise `NotABoolean` for anything else."""
    if not isinstance(value, bool):
        raise NotABoolean(value)
    return value
