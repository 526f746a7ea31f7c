"""Pages of long histories: nobody counts a million rows to show a hundred."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from workflows.models import Execution

#: Rows that are counted at most; behind them the count says "more than".
MOST = 10_000


class CappedPaginator(Paginator):
    """A paginator that counts a little and stops."""

    most = MOST

    @property
    def is_capped(self) -> bool:
        return self.count > self.most

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # of a list
        return rows.order_by()[: self.most + 1].count()


def newest(
    rows: QuerySet[Execution], count: int
) -> tuple[QuerySet[Execution], datetime | None]:
    """Keep so many of the newest; give the moment before which others are left out.

    The place is found in an index alone, if what is filtered stands there.
    """
    beyond = rows.order_by("-pk").values_list("pk", flat=True)[count : count + 1]
    for pk in beyond:
        left_out = Execution.objects.filter(pk=pk).values_list("created_at", flat=True)
        return rows.filter(pk__gt=pk), left_out.first()
    return rows, None
