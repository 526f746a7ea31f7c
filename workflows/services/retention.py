"""History grows old and is removed, in chunks so small that nobody waits for them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from workflows.cluster import forget_messages
from workflows.conf import settings
from workflows.exceptions import RetentionUnknown
from workflows.models import (
    Child,
    EditStep,
    Execution,
    HealthCheck,
    Incident,
    Job,
    lock_free,
)
from workflows.poller import rest
from workflows.states import FINAL, ExecutionStatus

#: What a chunk should take, in seconds; the limit that is promised is 0.1.
TARGET = 0.015
#: Rows of the first chunk, of the smallest and of the largest.
FIRST, LEAST, MOST = 50, 5, 2000
#: How long the watchdog's own rows are of interest.
CHECKS_KEPT, INCIDENTS_KEPT = timedelta(days=7), timedelta(days=90)

Remove = Callable[[int], int]


@dataclass
class Chunks:
    """Does work in transactions of about the same length; tells how they went.

    The next chunk grows or shrinks by the time that the last one took. Afterwards it
    rests as long as it worked: half of the time belongs to others.
    """

    clock: Callable[[], float]
    pause: Callable[[float], None]
    #: When by `clock` no further chunk may begin.
    until: float
    size: int = FIRST
    #: Rows and seconds of each chunk so far.
    sizes: list[int] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)

    def each(self, remove: Remove) -> int:
        """Call `remove` with the size of a chunk until it removes nothing."""
        total = 0
        while self.clock() < self.until:
            began = self.clock()
            with transaction.atomic():
                removed = remove(self.size)
            took = self.clock() - began
            if not removed:
                break
            total += removed
            self._learn(took)
            self.pause(took)
        return total

    @property
    def longest(self) -> float:
        return max(self.durations, default=0.0)

    def _learn(self, took: float) -> None:
        self.durations.append(took)
        self.sizes.append(self.size)
        factor = TARGET / took if took else 2.0
        wanted = int(self.size * min(max(factor, 0.25), 1.5))
        self.size = min(max(wanted, LEAST), MOST)


def prune(
    now: datetime,
    *,
    seconds: float = float("inf"),
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = rest,
) -> int:
    """Remove what the settings no longer keep, for so many seconds; count the rows.

    Executions go with their jobs; unfinished ones stay whatever their age, and no
    counter changes. Raises `RetentionUnknown` if the setting makes no sense.
    """
    return sum(prune_by(Chunks(clock, pause, clock() + seconds), now).values())


def prune_by(chunks: Chunks, now: datetime) -> dict[str, int]:
    """Remove the same in given chunks; count by what it was."""
    counts = {}
    for status, kept in retention().items():
        counts[str(status)] = chunks.each(_OldRuns(status, now - kept))
    old_checks = HealthCheck.objects.filter(checked_at__lt=now - CHECKS_KEPT)
    counts["checks"] = chunks.each(lambda size: _delete(old_checks, size))
    over = Incident.objects.over_before(now - INCIDENTS_KEPT)
    counts["incidents"] = chunks.each(lambda size: _delete(over, size))
    # A version that has run is never edited again.
    frozen = EditStep.objects.filter(version__run_count__gt=0)
    counts["steps"] = chunks.each(lambda size: _delete(frozen, size))
    counts["messages"] = chunks.each(lambda size: forget_messages(now, size))
    return counts


def delete_many(ids: Sequence[int]) -> list[int]:
    """Remove those that have ended, with their jobs; give their ids."""
    ended = Execution.objects.filter(pk__in=ids, status__in=FINAL)
    with transaction.atomic():
        pks = list(lock_free(ended).order_by("pk").values_list("pk", flat=True))
        _erase(pks)
    return pks


def retention() -> dict[ExecutionStatus, timedelta]:
    """Read the setting: how long executions of a final state are kept."""
    kept = {}
    given: Iterable[tuple[str, Any]] = settings().retention
    for name, days in given:
        if name not in FINAL or not isinstance(days, int | float) or days < 0:
            raise RetentionUnknown(name, days, sorted(FINAL))
        kept[ExecutionStatus(name)] = timedelta(days=days)
    return kept


def _delete(rows: QuerySet[Model], size: int) -> int:
    ids = list(lock_free(rows.order_by("pk")).values_list("pk", flat=True)[:size])
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


class _OldRuns:
    """Removes executions of one state, the oldest first.

    Nothing has an index on the end of an execution. Its creation is earlier, and goes
    with the key: the search runs up the index of the state and stops at the first that
    was created too late to be old.
    """

    def __init__(self, status: ExecutionStatus, before: datetime) -> None:
        self._runs = Execution.objects.filter(status=status)
        self._before = before
        #: Keys up to here were looked at.
        self._seen = 0

    def __call__(self, size: int) -> int:
        ids: list[int] = []
        while not ids:
            window = self._window(size)
            if not window:
                return 0
            ids = [pk for pk, ended in window if ended and ended < self._before]
        free = lock_free(self._runs.filter(pk__in=ids)).order_by("pk")
        ids = list(free.values_list("pk", flat=True))
        _erase(ids)
        # What somebody has locked stays for the next night.
        return max(len(ids), 1)

    def _window(self, size: int) -> list[tuple[int, datetime | None]]:
        rows = self._runs.filter(pk__gt=self._seen).order_by("pk")
        window = list(rows.values_list("pk", "created_at", "finished_at")[:size])
        old = [*self._old(window)]
        if old:
            self._seen = old[-1][0]
        return old

    def _old(
        self, window: Sequence[tuple[int, datetime, datetime | None]]
    ) -> Iterator[tuple[int, datetime | None]]:
        for pk, created, ended in window:
            if created >= self._before:
                return
            yield pk, ended


def _erase(ids: Sequence[int]) -> None:
    """Delete executions, their jobs and their places in families.

    A listener to `pre_delete` of all models makes the ORM load each row and call it;
    nobody listens for history.
    """
    if not ids:
        return
    places = ", ".join(["%s"] * len(ids))
    quote = connection.ops.quote_name
    for table, column in (
        (Child, "execution_id"),
        (Child, "parent_id"),
        (Job, "execution_id"),
        (Execution, "id"),
    ):
        name = quote(table._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {name} WHERE {quote(column)} IN ({places})",  # noqa: S608 - names of our own
                list(ids),
            )
