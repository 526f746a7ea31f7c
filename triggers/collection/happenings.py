"""Something that happened to a record, before anybody asks who listens."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model

from triggers.collection.forms import UPDATED
from workflows.collections import is_allowed, record, rows_of


@dataclass(frozen=True)
class Happening:
    """What happened to one record; it is one event for each version that listens."""

    event: str
    instance: Model
    now: datetime
    #: The record as it was; None if it is new, or nobody listened in time.
    before: Model | None = None
    #: The list of related records that changed, if it was one.
    relation: str = ""
    #: Ids of the executions whose node did it.
    ancestors: tuple[int, ...] = ()
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def stored(self, model: type[Model]) -> Model | None:
        """Read the record again: what was assigned may be a text or an expression."""
        return rows_of(model).filter(pk=self._key_in(model)).first()

    def _key_in(self, model: type[Model]) -> object:
        """Find the key by which one of its parents' tables knows it."""
        meta = self.instance._meta
        if model._meta.concrete_model is meta.concrete_model:
            return self.instance.pk
        link = meta.get_ancestor_link(model)
        return getattr(self.instance, link.attname) if link else self.instance.pk

    def columns_before(self, stored: Model) -> dict[str, Any] | None:
        """Write the record as it was, with the columns that it has now."""
        if self.relation:
            return record(stored)
        if self.before is None:
            return None
        known = {each.attname for each in stored._meta.concrete_fields}
        was = record(self.before)
        return {name: value for name, value in was.items() if name in known}

    def changed(self, stored: Model) -> list[str]:
        """Name the fields that differ from before."""
        if self.relation:
            return [self.relation]
        before = self.before
        if self.event != UPDATED or before is None:
            return []
        return [
            each.name
            for each in stored._meta.concrete_fields
            if getattr(before, each.attname) != getattr(stored, each.attname)
        ]


def labels_of(model: type[Model]) -> list[str]:
    """Name the collections that a record of this model is in: its parents' as well.

    Only those that workflows may touch; none for the models of migrations.
    """
    meta = model._meta
    if meta.apps is not apps:
        return []
    models = (meta.concrete_model or model, *meta.get_parent_list())
    return [each._meta.label_lower for each in models if is_allowed(each)]
