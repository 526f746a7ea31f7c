"""The models that workflows may touch: an allow-list, and records as plain values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BinaryField, Field, FileField, Manager, Model
from django.db.models.fields.reverse_related import ForeignObjectRel

from workflows.conf import settings
from workflows.exceptions import CollectionNotAllowed, FieldUnknown

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


def allowed() -> list[type[Model]]:
    """List the models that workflows may touch, by label."""
    models = (model for model in apps.get_models() if is_allowed(model))
    return sorted(models, key=lambda model: model._meta.label_lower)


def is_allowed(model: type[Model]) -> bool:
    meta = model._meta
    names = {name.lower() for name in settings().collections}
    return bool(names & {meta.app_label.lower(), meta.label_lower})


def collection(label: str) -> type[Model]:
    """Find an allowed model by its label, such as `shop.order`.

    Raises `CollectionNotAllowed` for anything else, known to Django or not.
    """
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise CollectionNotAllowed(label) from None
    if not is_allowed(model):
        raise CollectionNotAllowed(label)
    return model


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    """Find a concrete field of `model`; raise `FieldUnknown` with those there are."""
    meta = model._meta
    try:
        field = meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if not isinstance(field, Field) or not field.concrete:
        known = [candidate.name for candidate in meta.concrete_fields]
        raise FieldUnknown(meta.label_lower, name, known)
    return field


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


def preload_lookups(model: type[Model], paths: Iterable[str]) -> list[str]:
    """Give what `prefetch_related` needs to load relations of allowed models.

    The paths use the names of attributes: `customer`, `lines.product`, `order_set`.
    """
    return ["__".join(_accessors(model, path.split("."))) for path in paths]


def _accessors(model: type[Model], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        part = _part(model, name)
        if not part.is_relation or name != _accessor(part):
            raise FieldUnknown(model._meta.label_lower, name, _relations(model))
        model = _behind(part)
        yield name


def _parts(model: type[Model], names: Sequence[str]) -> Iterator[Part]:
    for position, name in enumerate(names):
        part = _part(model, name)
        yield part
        if position == len(names) - 1:
            return
        if not part.is_relation:
            wrong, known = ".".join(names[position:]), _relations(model)
            raise FieldUnknown(model._meta.label_lower, wrong, known)
        model = _behind(part)


def _part(model: type[Model], name: str) -> Part:
    if name == "pk":
        return model._meta.pk
    for part in _readable(model):
        if name and name in {part.name, getattr(part, "attname", ""), _accessor(part)}:
            return part
    known = [part.name for part in _readable(model)]
    raise FieldUnknown(model._meta.label_lower, name, known)


def _readable(model: type[Model]) -> list[Part]:
    """List the columns, and the relations that a query can follow."""
    parts: list[Any] = model._meta.get_fields()
    return [
        part
        for part in parts
        if isinstance(part, Field | ForeignObjectRel)
        and (part.concrete or isinstance(part.related_model, type))
    ]


def _relations(model: type[Model]) -> list[str]:
    return [_accessor(part) for part in _readable(model) if part.is_relation]


def _accessor(part: Part) -> str:
    if isinstance(part, ForeignObjectRel):
        return part.get_accessor_name() or ""
    return part.name


def _behind(part: Part) -> type[Model]:
    """Give the model that a relation leads to; raise if workflows may not read it."""
    related: Any = part.related_model
    return collection(related._meta.label_lower)


def _values_of(part: Part) -> "Field[Any, Any]":
    if part.many_to_one or (part.one_to_one and isinstance(part, Field)):
        # The column is the record's own; nothing is read from the other side.
        return getattr(part, "target_field", None) or _behind(part)._meta.pk
    return _behind(part)._meta.pk if part.is_relation else part  # type: ignore[return-value]  # no relation, so a field


def record(instance: Model, preload: Iterable[str] = ()) -> dict[str, Any]:
    """Write a record as a plain dict: its columns, and the relations asked for.

    A foreign key appears by its column name (`customer_id`); a preloaded relation
    under its own name: a dict, or a list of dicts for a to-many relation. Paths may
    go deeper: `customer.address`.
    """
    meta = instance._meta
    values = {field.attname: _stored(field, instance) for field in meta.concrete_fields}
    for head, rest in _grouped(preload).items():
        values[head] = _related(getattr(instance, head, None), rest)
    return values


def _stored(field: "Field[Any, Any]", instance: Model) -> Any:
    """Give the value of a column; files by their name, bytes as Base64."""
    if isinstance(field, FileField | BinaryField):
        return field.value_to_string(instance)
    return field.value_from_object(instance)


def _grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    heads: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        heads.setdefault(head, []).extend([rest] if rest else [])
    return heads


def _related(value: object, rest: Sequence[str]) -> Any:
    match value:
        case Manager():
            return [record(each, rest) for each in value.all()]
        case Model():
            return record(value, rest)
        case _:
            return None
