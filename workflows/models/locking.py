"""Locks that nobody waits for."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def lock_free(queryset: QuerySet[M], *, of: Sequence[str] = ()) -> QuerySet[M]:
    """Lock the rows that nobody else has locked, and pass over the others.

    `of` names the tables of a join that are locked, where the database can choose.
    A database without SKIP LOCKED, SQLite, has one writer at a time anyway.
    """
    features = connections[queryset.db].features
    can_skip = features.has_select_for_update_skip_locked
    chosen = of if features.has_select_for_update_of else ()
    return queryset.select_for_update(skip_locked=can_skip, of=chosen)
