"""The fields that may be asked or set: of a collection, and one relation further."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED

from workflows.coercion import settable
from workflows.collections import columns_of
from workflows.exceptions import WorkflowError
from workflows.filters import fits
from workflows.paths import Part, accessor, behind, path_of, readable
from workflows.record_shapes import kind_of
from workflows.rules import OPERATORS
from workflows.shapes import Kind


def fields_of(model: type[Model]) -> list[dict[str, Any]]:
    """List the paths of fields with a title, a kind and the operators that fit.

    `sort` is the kind as a word of the code, `column` the name in records. Of a field
    that workflows may write it is said whether a record needs a value for it.
    """
    return [_row(model, path, title) for path, title in _paths(model)]


def _row(model: type[Model], path: str, title: str) -> dict[str, Any]:
    found = path_of(model, path)
    kind = Kind.LIST if found.is_list else kind_of(found.field)
    column = None if "." in path else _settable(model, path)
    return {
        "path": path,
        "title": title,
        "kind": str(kind.label),
        "sort": kind.value,
        "ops": [name for name, op in OPERATORS.items() if fits(found, op)],
        "settable": column is not None,
        "column": column.attname if column else path,
        "required": column is not None and _is_required(column),
    }


def _settable(model: type[Model], name: str) -> Any:
    try:
        return settable(model, name)
    except WorkflowError:
        return None


def _is_required(field: Any) -> bool:
    may_lack = field.null or field.blank or field.has_default()
    return not may_lack and getattr(field, "db_default", NOT_PROVIDED) is NOT_PROVIDED


def _paths(model: type[Model]) -> Iterator[tuple[str, str]]:
    parts = readable(model)
    for part in parts:
        if part.concrete:
            yield part.name, _title(part)
    for part in parts:
        if part.is_relation:
            yield from _behind(part)


def _behind(part: Part) -> Iterator[tuple[str, str]]:
    name, title = accessor(part), _title(part)
    try:
        related = behind(part)
    except WorkflowError:
        return
    for column in columns_of(related):
        yield f"{name}.{column.name}", f"{title}: {column.verbose_name}"


def _title(part: Part) -> str:
    related: Any = part.related_model
    return str(getattr(part, "verbose_name", "") or related._meta.verbose_name_plural)
