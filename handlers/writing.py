"""Records written with values that workflows give, checked by the model's fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import ManyToManyField, Model

from workflows.coercion import clean, clean_keys, settable
from workflows.collections import columns_of
from workflows.exceptions import WorkflowError


class RecordInvalid(WorkflowError):
    """A record that its own model refuses."""

    def __init__(self, label: str, problems: Mapping[str, Iterable[str]]) -> None:
        sentences = [
            text if name == NON_FIELD_ERRORS else f"{name}: {text}"
            for name, messages in problems.items()
            for text in messages
        ]
        super().__init__(f"A record of '{label}' is not valid. {' '.join(sentences)}")


class NotAnObject(WorkflowError):
    """Something else stands where the values of a record belong."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"The values of a record are an object, not {str(value)[:50]!r} "
            f"({type(value).__name__})."
        )


@dataclass(frozen=True, slots=True)
class Values:
    """Values as the fields have read them."""

    #: By the name of the column's attribute: `customer_id`.
    columns: Mapping[str, Any]
    #: Primary keys by the name of the many-to-many field.
    links: Mapping[str, list[Any]] = field(default_factory=dict)


def read_values(model: type[Model], given: object) -> Values:
    """Read and validate values by field; raise a `WorkflowError` for a fault."""
    if not isinstance(given, Mapping):
        raise NotAnObject(given)
    columns: dict[str, Any] = {}
    links: dict[str, list[Any]] = {}
    for name, value in given.items():
        column = settable(model, name)
        if isinstance(column, ManyToManyField):
            links[column.name] = clean_keys(column, value)
        else:
            columns[column.attname] = clean(column, value)
    return Values(columns, links)


def write(
    instance: Model, values: Values, *, only: bool = False, full_clean: bool = True
) -> Model:
    """Set the values and save; with `only`, nothing but them is validated and saved."""
    for name, value in values.columns.items():
        setattr(instance, name, value)
    written = _names(instance, values.columns)
    if full_clean:
        _full_clean(instance, written if only else None)
    if only:
        instance.save(update_fields=[*written, *_automatic(instance)])
    else:
        instance.save(force_insert=True)
    for name, keys in values.links.items():
        getattr(instance, name).set(keys)
    return instance


def _full_clean(instance: Model, written: Iterable[str] | None) -> None:
    """Ask the model; of a stored record, old values elsewhere are not its fault.

    Nor are fields that are hidden from workflows, in a new one either.
    """
    known = {field.name for field in columns_of(type(instance))}
    exclude = {field.name for field in instance._meta.concrete_fields} - (
        known if written is None else set(written)
    )
    try:
        instance.full_clean(exclude=exclude)
    except ValidationError as error:
        label = instance._meta.label_lower
        raise RecordInvalid(label, error.message_dict) from error


def _names(instance: Model, columns: Iterable[str]) -> list[str]:
    meta = instance._meta
    return [meta.get_field(name).name for name in columns]


def _automatic(instance: Model) -> list[str]:
    """List the fields that note by themselves when a record was saved."""
    fields = instance._meta.concrete_fields
    return [f.name for f in fields if getattr(f, "auto_now", False)]
