"""What a statement gave, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.sql.errors import ColumnsAlike
from workflows.collections import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows by column; `count` is how many rows a write has touched."""

    rows: Sequence[dict[str, Any]] = ()
    count: int = 0
    #: There were more rows than were asked for.
    more: bool = False


def collect(cursor: Any, limit: int) -> Answer:
    """Read up to so many rows, and whether there are more."""
    if not cursor.description:
        return Answer(count=max(cursor.rowcount, 0))
    names = [column[0] for column in cursor.description]
    for name in names:
        if names.count(name) > 1:
            raise ColumnsAlike(name)
    found = cursor.fetchmany(limit + 1)
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in found[:limit]]
    return Answer(rows, max(cursor.rowcount, len(rows)), len(found) > limit)
