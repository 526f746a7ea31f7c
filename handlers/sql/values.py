"""Values as the drivers of databases take them."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DurationField, UUIDField


def bound(connection: BaseDatabaseWrapper, value: Any) -> Any:
    """Write a value as the fields of models write it; structures become JSON.

    On PostgreSQL a list of one kind stays an array, for `= ANY(@ids)`.
    """
    for kind, adapt in _ADAPTED.items():
        if isinstance(value, kind):
            return adapt(connection, value)
    return value


def _listed(connection: BaseDatabaseWrapper, value: Any) -> Any:
    if connection.vendor == "postgresql" and len(set(map(type, value))) <= 1:
        return [bound(connection, each) for each in value]
    return _json(connection, value)


def _json(_connection: BaseDatabaseWrapper, value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


#: The first that fits; a datetime is a date too.
_ADAPTED: Mapping[type, Callable[[BaseDatabaseWrapper, Any], Any]] = {
    datetime: lambda c, value: c.ops.adapt_datetimefield_value(value),
    date: lambda c, value: c.ops.adapt_datefield_value(value),
    time: lambda c, value: c.ops.adapt_timefield_value(value),
    timedelta: lambda c, value: DurationField().get_db_prep_value(value, c),
    UUID: lambda c, value: UUIDField().get_db_prep_value(value, c),
    list: _listed,
    tuple: _listed,
    dict: _json,
}
