"""Forms about a collection: their fields are checked against the chosen model."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, Model
from django.db.models.fields import DecimalField, FloatField, IntegerField
from django.utils.translation import gettext, gettext_lazy as _

from workflows.coercion import coerce, settable
from workflows.collections import collection
from workflows.exceptions import WorkflowError
from workflows.expressions import is_expression
from workflows.forms import (
    CollectionField,
    MappingField,
    NodeForm,
    PathsField,
    holds_expression,
)
from workflows.paths import column_of, path_of, preload_lookups
from workflows.rows import ORDER, Offered, RowsWidget, fields_and_values

#: Records that one node may create.
MAX_RECORDS = 1_000


class NotANumber(WorkflowError):
    """A field that nothing can be added to."""

    def __init__(self, label: str, field: str) -> None:
        super().__init__(
            f"'{field}' of '{label}' is no number, so that nothing can be added to it."
        )


class ValuesField(MappingField):
    """The values of a record by field; `{"status": "paid"}`."""

    widget = RowsWidget(fields_and_values(Offered.SETTABLE))

    def accepts_text(self, value: str) -> bool:
        return is_expression(value) and value.lstrip().startswith("{{")

    def validate(self, value: Any) -> None:
        if not is_expression(value):
            super().validate(value)

    def check_against(self, model: type[Model], value: Any) -> None:
        if isinstance(value, Mapping):
            check_values(model, value)


class ManyValuesField(ValuesField):
    """The values of one record, or a list of them for many."""

    widget = RowsWidget(fields_and_values(Offered.SETTABLE, completes=True))

    def validate(self, value: Any) -> None:
        rows = value if isinstance(value, list) else [value]
        if len(rows) > MAX_RECORDS:
            message = gettext("At most %(n)d records at once.") % {"n": MAX_RECORDS}
            raise ValidationError(message)
        for row in rows:
            super().validate(row)

    def check_against(self, model: type[Model], value: Any) -> None:
        for row in value if isinstance(value, list) else [value]:
            super().check_against(model, row)


class IncrementsField(MappingField):
    """What is added to numbers: `{"stock": -1}`."""

    widget = RowsWidget(fields_and_values(Offered.NUMBERS))

    def check_against(self, model: type[Model], value: Any) -> None:
        for name, number in value.items():
            field = numeric(model, name)
            if not holds_expression(number):
                coerce(field, number)


class PreloadField(PathsField):
    """Relations to load with a record: `customer, lines.product`."""

    def check_against(self, model: type[Model], value: Any) -> None:
        preload_lookups(model, value)


class ColumnsField(PathsField):
    """Fields of the record and of related ones: `number, customer.name`."""

    def check_against(self, model: type[Model], value: Any) -> None:
        for path in value:
            column_of(model, path)


class SortField(PathsField):
    """Fields to sort by, the descending ones with a minus: `-total, customer.name`."""

    widget = RowsWidget(ORDER, {"rows": 1})

    def check_against(self, model: type[Model], value: Any) -> None:
        for name in value:
            path_of(model, name.removeprefix("-"))


def check_values(model: type[Model], values: Mapping[str, Any]) -> None:
    """Raise a `WorkflowError` for the first value that `model` cannot take.

    Expressions are unknown yet, and whether related records exist is found out at run
    time.
    """
    for name, value in values.items():
        field = settable(model, name)
        if isinstance(field, ManyToManyField) or holds_expression(value):
            continue
        if value is not None:
            coerce(field, value)


def numeric(model: type[Model], name: str) -> Any:
    """Find a number that workflows may change; raise a `WorkflowError`."""
    field = settable(model, name)
    if not isinstance(field, IntegerField | DecimalField | FloatField):
        raise NotANumber(model._meta.label_lower, name)
    return field


class CollectionForm(NodeForm):
    """Names a collection; the fields with `check_against` must fit to it."""

    collection = CollectionField(label=_("Collection"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        label = cleaned.get("collection")
        for name, field in self.fields.items() if label else ():
            check = getattr(field, "check_against", None)
            if check is None or cleaned.get(name) in field.empty_values:
                continue
            try:
                check(collection(str(label)), cleaned[name])
            except WorkflowError as error:
                self.add_error(name, str(error))
        return cleaned


class WritingForm(CollectionForm):
    """Names a collection whose records are written."""

    full_clean = forms.BooleanField(  # type: ignore[assignment]  # the metaclass takes it away
        label=_("Validate as the admin does"),
        required=False,
        initial=True,
        help_text=_("Also ask the model itself, and whether unique values are free."),
    )
