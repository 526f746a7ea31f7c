"""Values read and checked by the fields of models, with a sentence for what fails."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import (
    CharField,
    DateTimeField,
    DecimalField,
    Field,
    ManyToManyField,
    Model,
    TextField,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.collections import collection, columns_of, field_of
from workflows.exceptions import FieldUnknown, WorkflowError

#: What the `to_python` of a field raises for values of a wrong kind.
_FAULTS = (ValidationError, ValueError, TypeError, ArithmeticError, AttributeError)


class ValueRefused(WorkflowError):
    """A field cannot take a value."""

    def __init__(self, field: str, value: object, messages: Iterable[str]) -> None:
        shown = repr(value) if isinstance(value, str) else str(value)
        super().__init__(
            f"The field '{field}' cannot take {shown[:100]}: {' '.join(messages)}"
        )


class FieldNotSettable(WorkflowError):
    """A field exists, but it is not for workflows to write."""

    def __init__(self, label: str, field: str) -> None:
        super().__init__(
            f"'{field}' of '{label}' is set by the model itself. Leave it out, or "
            "make the field editable."
        )


def coerce(field: "Field[Any, Any]", value: object) -> Any:
    """Read `value` as the field does; raise `ValueRefused`.

    A date and time without a zone is on the clock of the project.
    """
    try:
        _require_scalar(field, value)
        read = field.to_python(_as_written(field, _moment(field, value)))
        _require_choice(field, read)
        return _aware(field, read)
    except _FAULTS as error:
        raise ValueRefused(field.name, value, _sentences(error)) from error


def clean(field: "Field[Any, Any]", value: object) -> Any:
    """Read and validate `value` for writing; raise `ValueRefused`.

    The record that a foreign key names must exist.
    """
    try:
        return field.clean(coerce(field, value), None)
    except _FAULTS as error:
        raise ValueRefused(field.name, value, _sentences(error)) from error


def clean_keys(field: "ManyToManyField[Any, Any]", values: object) -> list[Any]:
    """Read a list of primary keys, all of which exist; raise `ValueRefused`."""
    if not isinstance(values, list | tuple | set):
        raise ValueRefused(field.name, values, [_("Give a list of primary keys.")])
    related = collection(field.related_model._meta.label_lower)
    keys = [coerce(related._meta.pk, value) for value in values]
    found = set(
        related._default_manager.filter(pk__in=keys).values_list("pk", flat=True)
    )
    if missing := [str(key) for key in keys if key not in found]:
        message = _("There is no record %(keys)s.") % {"keys": ", ".join(missing[:10])}
        raise ValueRefused(field.name, list(values), [message])
    return keys


def settable(model: type[Model], name: str) -> "Field[Any, Any]":
    """Find a field that workflows may write, by its name or that of its column.

    Raises `FieldUnknown` or `FieldNotSettable`.
    """
    meta = model._meta
    for many in meta.many_to_many:
        if many.name == name:
            return many
    try:
        field = field_of(model, name)
    except FieldUnknown:
        known = [each.name for each in (*columns_of(model), *meta.many_to_many)]
        raise FieldUnknown(meta.label_lower, name, known) from None
    if field is meta.auto_field or not field.editable:
        raise FieldNotSettable(meta.label_lower, name)
    return field


def _require_scalar(field: "Field[Any, Any]", value: object) -> None:
    if isinstance(field, CharField | TextField):
        if isinstance(value, dict | list | tuple | set):
            raise TypeError(_("A text is needed."))
        if isinstance(value, str) and "\0" in value:
            raise ValueError(_("It holds a NUL character, which databases refuse."))


def _require_choice(field: "Field[Any, Any]", value: object) -> None:
    if field.choices and value not in field.empty_values:
        known = [key for key, _title in field.flatchoices]
        if value not in known:
            choices = ", ".join(map(str, known))
            raise ValueError(_("The choices are: %(known)s.") % {"known": choices})


def _moment(field: "Field[Any, Any]", value: object) -> object:
    """Let a day begin at midnight, where a date and time is needed."""
    if isinstance(field, DateTimeField) and type(value) is date:
        return datetime.combine(value, time())
    return value


def _as_written(field: "Field[Any, Any]", value: object) -> object:
    """Let 0.96 of a JSON text be 0.96 in a decimal field, not what it is in binary."""
    if isinstance(field, DecimalField) and isinstance(value, float):
        return repr(value)
    return value


def _aware(field: "Field[Any, Any]", value: Any) -> Any:
    if isinstance(field, DateTimeField) and value and timezone.is_naive(value):
        return timezone.make_aware(value)
    return value


def _sentences(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        return error.messages
    text = str(error).strip() or type(error).__name__
    return [f"{text[0].upper()}{text[1:].rstrip('.')}."]
