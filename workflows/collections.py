"""The models that workflows may touch: an allow-list, and records as plain values."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import router
from django.db.models import Field, Manager, Model, QuerySet

from workflows.conf import settings
from workflows.exceptions import CollectionNotAllowed, FieldUnknown, RecordGone

_KEPT = (str, int, Decimal, date, time, timedelta, UUID, list, dict)


def allowed() -> list[type[Model]]:
    """List the models that workflows may touch, by label."""
    models = (model for model in apps.get_models() if is_allowed(model))
    return sorted(models, key=lambda model: model._meta.label_lower)


def is_allowed(model: type[Model]) -> bool:
    meta = model._meta
    names = {name.lower() for name in settings().collections}
    return bool(names & {meta.app_label.lower(), meta.label_lower})


def collection(label: str | None) -> type[Model]:
    """Find an allowed model by its label, such as `shop.order`.

    Raises `CollectionNotAllowed` for anything else, known to Django or not.
    """
    label = label or ""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise CollectionNotAllowed(label) from None
    if not is_allowed(model):
        raise CollectionNotAllowed(label)
    return model


def home_of(model: type[Model]) -> str:
    """Tell which database a collection is in: the one that the project writes it to."""
    rows: Any = model._default_manager.all()
    return str(rows._db or router.db_for_write(model))


def rows_of(model: type[Model]) -> QuerySet[Model]:
    """Select the records of a collection where they are written; replicas may lag."""
    return model._default_manager.using(home_of(model))


def columns_of(model: type[Model]) -> "Sequence[Field[Any, Any]]":
    """List the columns of a collection that workflows may see and set."""
    return _columns(model, settings().hidden_fields)


@lru_cache(maxsize=1_024)
def _columns(
    model: type[Model], hidden: tuple[str, ...]
) -> "Sequence[Field[Any, Any]]":
    names = {name.lower() for name in hidden}
    meta = model._meta
    return [
        field
        for field in meta.concrete_fields
        if names.isdisjoint(
            {
                field.name.lower(),
                f"{meta.label_lower}.{field.name.lower()}",
                f"{field.model._meta.label_lower}.{field.name.lower()}",
            }
        )
    ]


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    """Find a column of `model`; raise `FieldUnknown` with those there are."""
    meta = model._meta
    try:
        field = meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    columns = columns_of(model)
    if not isinstance(field, Field) or field not in columns:
        known = [column.name for column in columns]
        raise FieldUnknown(meta.label_lower, name, known)
    return field


def record_at(model: type[Model], pk: object) -> Model:
    """Find a record by its key, which may be a text; raise `RecordGone`."""
    try:
        found = rows_of(model).filter(pk=pk).first()
    except (ValueError, TypeError, ValidationError):
        found = None
    if found is None:
        raise RecordGone(model._meta.label_lower, pk)
    return found


def record(instance: Model, preload: Iterable[str] = ()) -> dict[str, Any]:
    """Write a record as a plain dict: its columns, and the relations asked for.

    A foreign key appears by its column name (`customer_id`); a preloaded relation
    under its own name: a dict, or a list of dicts for a to-many relation. Paths may
    go deeper: `customer.address`.
    """
    values = {
        field.attname: plain(field.value_from_object(instance))
        for field in columns_of(type(instance))
    }
    for head, rest in grouped(preload).items():
        values[head] = _related(getattr(instance, head, None), rest)
    return values


def plain(value: Any) -> Any:
    """Keep what JSON or our codec knows; write the rest, files say, as text."""
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if value is None or isinstance(value, _KEPT):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    return str(value)


def grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    """Group paths by their first part: what is asked of each relation."""
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
