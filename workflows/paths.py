"""Dotted paths from a collection to its fields and through its relations."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Field, Model
from django.db.models.fields.reverse_related import ForeignObjectRel

from workflows.collections import collection, columns_of, field_of
from workflows.exceptions import FieldUnknown

#: A field of a model, or the far end of a relation.
Part: TypeAlias = "Field[Any, Any] | ForeignObjectRel"


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a model to one of its fields, or to one of a related model."""

    #: The field whose values are meant: the key, where the path ends at a relation.
    field: "Field[Any, Any]"
    #: As the ORM writes it: `customer__email`.
    lookup: str
    #: It ends at a relation, so that the values are keys of records.
    is_relation: bool
    #: It crosses a relation to many, so that a record may be found twice.
    is_list: bool


def path_of(model: type[Model], path: str) -> Path:
    """Follow a dotted path through relations between allowed models.

    Raises `FieldUnknown`, or `CollectionNotAllowed` where it leaves the allow-list.
    """
    parts = list(_parts(model, path.split(".")))
    last = parts[-1]
    crossed = [part for part in parts if part.is_relation]
    return Path(
        field=_values_of(last),
        lookup="__".join(part.name for part in parts),
        is_relation=last.is_relation,
        is_list=any(part.one_to_many or part.many_to_many for part in crossed),
    )


def column_of(model: type[Model], path: str) -> tuple[str, str]:
    """Give where a column is and its name: `customer.name` is `("customer", "name")`.

    The first is a path as `preload_lookups` takes it, empty for the model's own; the
    second the name that the column has in records. Raises a `WorkflowError`.
    """
    relations, _, name = path.rpartition(".")
    for step in relations.split(".") if relations else ():
        _relation, model = follow(model, step)
    return relations, field_of(model, name).attname


def preload_lookups(model: type[Model], paths: Iterable[str]) -> list[str]:
    """Give what `prefetch_related` needs to load relations of allowed models.

    The paths use the names of attributes: `customer`, `lines.product`, `order_set`.
    """
    return ["__".join(_accessors(model, path.split("."))) for path in paths]


def _accessors(model: type[Model], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        _relation, model = follow(model, name)
        yield name


def follow(model: type[Model], name: str) -> tuple[Part, type[Model]]:
    """Follow one relation by the name of its attribute; give it and what is behind."""
    part = _part(model, name)
    if not part.is_relation or name != accessor(part):
        raise FieldUnknown(model._meta.label_lower, name, _relations(model))
    return part, behind(part)


def _parts(model: type[Model], names: Sequence[str]) -> Iterator[Part]:
    for position, name in enumerate(names):
        part = _part(model, name)
        yield part
        if position == len(names) - 1:
            return
        if not part.is_relation:
            wrong, known = ".".join(names[position:]), _relations(model)
            raise FieldUnknown(model._meta.label_lower, wrong, known)
        model = behind(part)


def _part(model: type[Model], name: str) -> Part:
    if name == "pk":
        return model._meta.pk
    for part in readable(model):
        if name and name in {part.name, getattr(part, "attname", ""), accessor(part)}:
            return part
    known = [part.name for part in readable(model)]
    raise FieldUnknown(model._meta.label_lower, name, known)


def readable(model: type[Model]) -> list[Part]:
    """List the columns, and the relations that a query can follow."""
    parts: list[Any] = model._meta.get_fields()
    hidden = set(model._meta.concrete_fields) - set(columns_of(model))
    return [
        part
        for part in parts
        if isinstance(part, Field | ForeignObjectRel)
        and part not in hidden
        and (part.concrete or isinstance(part.related_model, type))
    ]


def _relations(model: type[Model]) -> list[str]:
    return [accessor(part) for part in readable(model) if part.is_relation]


def accessor(part: Part) -> str:
    """Name the attribute by which records reach it: `customer`, `lines`."""
    if isinstance(part, ForeignObjectRel):
        return part.get_accessor_name() or ""
    return part.name


def behind(part: Part) -> type[Model]:
    """Give the model that a relation leads to; raise if workflows may not read it."""
    related: Any = part.related_model
    return collection(related._meta.label_lower)


def _values_of(part: Part) -> "Field[Any, Any]":
    if part.many_to_one or (part.one_to_one and isinstance(part, Field)):
        # The column is the record's own; nothing is read from the other side.
        return getattr(part, "target_field", None) or behind(part)._meta.pk
    return behind(part)._meta.pk if part.is_relation else part  # type: ignore[return-value]  # no relation, so a field
