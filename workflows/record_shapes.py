"""What a record looks like as a plain value, before there is one."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models

from workflows.collections import collection, columns_of, grouped
from workflows.exceptions import WorkflowError
from workflows.paths import follow
from workflows.shapes import Field, Kind, Shape

#: The first that fits; a datetime is a date too, so that it comes first.
_KINDS: tuple[tuple[type["models.Field[Any, Any]"], Kind], ...] = (
    (models.BooleanField, Kind.BOOLEAN),
    (models.DateTimeField, Kind.DATETIME),
    (models.DateField, Kind.DATE),
    (models.TimeField, Kind.TIME),
    (models.DurationField, Kind.DURATION),
    (models.IntegerField, Kind.NUMBER),
    (models.DecimalField, Kind.NUMBER),
    (models.FloatField, Kind.NUMBER),
    (models.JSONField, Kind.ANY),
)


def record_shape(label: str | None, preload: Iterable[str] = ()) -> Shape:
    """Tell what `collections.record` gives; any value for what may not be touched."""
    try:
        model = collection(label or "")
    except WorkflowError:
        return Shape()
    return Shape(Kind.OBJECT, record_fields(model, preload))


def record_fields(
    model: type[models.Model], preload: Iterable[str] = ()
) -> tuple[Field, ...]:
    """List the columns of a record, and the relations that are asked for."""
    columns = (
        Field(each.attname, each.verbose_name, kind_of(each))
        for each in columns_of(model)
    )
    return (*columns, *_relations(model, preload))


def _relations(model: type[models.Model], preload: Iterable[str]) -> Iterator[Field]:
    for name, rest in grouped(preload).items():
        try:
            relation, related = follow(model, name)
        except WorkflowError:
            continue
        kind = Kind.OBJECT
        title = getattr(relation, "verbose_name", related._meta.verbose_name)
        if relation.one_to_many or relation.many_to_many:
            kind = Kind.LIST
            title = getattr(relation, "verbose_name", related._meta.verbose_name_plural)
        yield Field(name, title, kind, record_fields(related, rest))


def kind_of(field: "models.Field[Any, Any]") -> Kind:
    """Tell what a column holds; a foreign key holds the key of the other record."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    found = (kind for kind_class, kind in _KINDS if isinstance(field, kind_class))
    return next(found, Kind.TEXT)
