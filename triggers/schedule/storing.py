"""Write many changed schedule rows, in raw SQL: lateness comes from here."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from triggers.models import Schedule

_TIMES = ("next_run_at", "last_run_at", "planned_until")
_OTHERS = ("ahead", "cursor", "seen", "reread", "dates", "error")


def store(rows: Sequence[Schedule]) -> None:
    """Store what planning changed."""
    _update((*_TIMES, *_OTHERS), [_values(row) for row in rows])


def store_ahead(rows: Sequence[Schedule]) -> None:
    """Store which executions were inserted ahead."""
    _update(("ahead",), [[row.ahead, row.pk] for row in rows])


def _update(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update row by row; psycopg sends all of them in one round trip."""
    if not rows:
        return
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(name)} = %s" for name in names)
    table = quote(Schedule._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {columns} WHERE {quote('id')} = %s",  # noqa: S608 - our names
            rows,
        )


def _values(row: Schedule) -> list[Any]:
    adapt = connection.ops.adapt_datetimefield_value
    times = [adapt(getattr(row, name)) for name in _TIMES]
    return [*times, *(getattr(row, name) for name in _OTHERS), row.pk]
