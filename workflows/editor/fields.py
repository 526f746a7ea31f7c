"""The fields that a filter may ask: of a collection, and one relation further."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from workflows.collections import columns_of
from workflows.exceptions import WorkflowError
from workflows.filters import fits
from workflows.paths import Part, accessor, behind, path_of, readable
from workflows.record_shapes import kind_of
from workflows.rules import OPERATORS


def fields_of(model: type[Model]) -> list[dict[str, Any]]:
    """List the paths of fields with a title, a kind and the operators that fit."""
    return [_row(model, path, title) for path, title in _paths(model)]


def _row(model: type[Model], path: str, title: str) -> dict[str, Any]:
    found = path_of(model, path)
    ops = [name for name, op in OPERATORS.items() if fits(found, op)]
    kind = str(kind_of(found.field).label)
    return {"path": path, "title": title, "kind": kind, "ops": ops}


def _paths(model: type[Model]) -> Iterator[tuple[str, str]]:
    parts = readable(model)
    for part in parts:
        if part.concrete and not part.many_to_many:
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
