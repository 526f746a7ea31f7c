"""Locks that nobody waits for."""

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def lock_free(queryset: QuerySet[M]) -> QuerySet[M]:
    """Lock the rows that nobody else has locked, and pass over the others.

    A database without SKIP LOCKED, SQLite, has one writer at a time anyway.
    """
    features = connections[queryset.db].features
    can_skip = features.has_select_for_update_skip_locked
    return queryset.select_for_update(skip_locked=can_skip)
