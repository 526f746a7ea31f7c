"""Receivers: records that are saved, deleted or linked to others.

Events start in the transaction of the save, if there is one, so that what is rolled
back has started nothing. Where records are in another database than Punctual, they
start after its commit: no transaction covers both.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model

from triggers.collection.events import events_of
from triggers.collection.forms import CREATED, DELETED, UPDATED
from triggers.collection.happenings import Happening, labels_of
from triggers.listening import Kind, heard
from triggers.starting import start_all
from workflows import clock
from workflows.chains import chain
from workflows.collections import home_of, rows_of
from workflows.services import Event

#: Where an instance keeps what is known from before until after.
_BEFORE, _UNLINKED = "_triggers_before", "_triggers_unlinked"


def remember(
    sender: type[Model],
    instance: Model,
    *,
    using: str,
    raw: bool = False,
    **_kwargs: Any,
) -> None:
    """Receive `pre_save`: read what is about to be changed."""
    instance.__dict__.pop(_BEFORE, None)
    if not raw and instance.pk is not None and _is_heard(sender, using):
        stored = rows_of(sender).filter(pk=instance.pk).first()
        instance.__dict__[_BEFORE] = stored


def saved(
    sender: type[Model],
    instance: Model,
    *,
    created: bool,
    using: str,
    raw: bool = False,
    **_kwargs: Any,
) -> None:
    """Receive `post_save`."""
    before = instance.__dict__.pop(_BEFORE, None)
    if not raw and _is_heard(sender, using):
        event = CREATED if created else UPDATED
        _tell(_happening(event, instance, before=before), using)


def deleting(
    sender: type[Model], instance: Model, *, using: str, **_kwargs: Any
) -> None:
    """Receive `pre_delete`: the last moment at which the record can be read.

    Django deletes it in the same transaction, or not at all.
    """
    if _is_heard(sender, using):
        events = events_of(_happening(DELETED, instance))
        if using == DEFAULT_DB_ALIAS:
            start_all(events, clock.now())
        else:
            _after_commit(using, partial(_start_stored, events))


def linked(
    sender: type[Model], instance: Model, *, action: str, using: str, **facts: Any
) -> None:
    """Receive `m2m_changed`: the record that has the field is updated."""
    owner = facts["model"] if facts["reverse"] else type(instance)
    if not _is_heard(owner, using) or not (name := _field_through(owner, sender)):
        return
    if action == "pre_clear" and facts["reverse"]:
        instance.__dict__[_UNLINKED] = _linked_to(instance, owner, name)
    elif action in {"post_add", "post_remove", "post_clear"}:
        keys = facts["pk_set"]
        if facts["reverse"]:
            keys = instance.__dict__.pop(_UNLINKED, ()) if keys is None else keys
            records = list(rows_of(owner).filter(pk__in=keys))
        else:
            # Nothing was added that was not there before.
            records = [] if keys is not None and not keys else [instance]
        for each in records:
            _tell(_happening(UPDATED, each, relation=name), using)


def _field_through(owner: type[Model], through: type[Model]) -> str:
    for field in owner._meta.many_to_many:
        if field.remote_field.through is through:
            return field.name
    return ""


def _linked_to(instance: Model, owner: type[Model], name: str) -> Sequence[Any]:
    rows = rows_of(owner).filter(**{name: instance.pk})
    return list(rows.values_list("pk", flat=True))


def _is_heard(model: type[Model], using: str) -> bool:
    """Tell whether somebody may listen to what is in this database."""
    labels = labels_of(model)
    return bool(labels and heard(Kind.COLLECTION, labels)) and using == home_of(model)


def _happening(event: str, instance: Model, **known: Any) -> Happening:
    return Happening(event, instance, clock.now(), ancestors=chain(), **known)


def _tell(happening: Happening, using: str) -> None:
    if using == DEFAULT_DB_ALIAS:
        start_all(events_of(happening), happening.now)
    else:
        _after_commit(using, lambda: start_all(events_of(happening), happening.now))


def _start_stored(events: Iterable[Event]) -> None:
    start_all(list(events), clock.now())


def _after_commit(using: str, start: Any) -> None:
    """Start what another database holds in the end.

    What goes wrong there must not reach whoever saved.
    """
    transaction.on_commit(start, using=using, robust=True)
