"""See whether a cluster works while work waits.

A process of django-q2 that is killed may take a lock of its queues with it. Then all
processes live and none ever works again; only the work that waits shows it.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from workflows import registry
from workflows.cluster.board import Board
from workflows.cluster.wakeups import wake, wake_lane
from workflows.conf import settings
from workflows.models import Execution
from workflows.poller import Poller


class Watch(Poller):
    """Finds out whether a cluster is deaf: work waits, and its workers hear nothing.

    A worker that is busy may take its time, so `is_busy` is asked before the
    judgement. Lanes are asked about the `owners`, the workers of this cluster.
    """

    period = timedelta(seconds=1)

    def __init__(
        self,
        board: Board,
        is_busy: Callable[[], bool],
        owners: Callable[[], Collection[int]] = tuple,
    ) -> None:
        self.deaf = False
        self._board = board
        self._is_busy = is_busy
        self._owners = owners
        self._heard = 0
        self._since: datetime | None = None
        self._next = datetime.min.replace(tzinfo=UTC)

    def poll(self, now: datetime) -> int:
        if now < self._next:
            return 0
        self._next = now + self.period
        if self._has_heard() or not self._calls(now) or self._is_busy():
            self._since = None
        elif self._since is None:
            self._since = now
        since = self._since
        self.deaf = since is not None and now - since >= settings().deaf_after
        return 0

    def due(self, now: datetime) -> datetime | None:
        return self._next

    def _has_heard(self) -> bool:
        before, self._heard = self._heard, self._board.heard
        return self._heard != before

    def _calls(self, now: datetime) -> bool:
        """Send a wake-up for what waits longest; tell whether anything waits."""
        waiting = Execution.objects.claimable(now - self.period).order_by("due_at")
        ids = list(waiting.values_list("pk", flat=True)[:1])
        wake(ids)
        return self._calls_lanes(now) or bool(ids)

    def _calls_lanes(self, now: datetime) -> bool:
        before, owners = now - self.period, self._owners()
        waiting = {each.name: each.waiting(before, owners) for each in registry.lanes}
        for name, ids in waiting.items():
            wake_lane(name, ids)
        return any(waiting.values())
