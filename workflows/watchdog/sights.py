"""What people look at besides the figures: each process, and how late runs start."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.conf import settings
from workflows.models import Execution, Worker
from workflows.states import ExecutionStatus
from workflows.watchdog.vitals import living

#: Processes and executions that are read at most.
PROCESSES, RUNNING, STARTS = 200, 1000, 5000


@dataclass(frozen=True, slots=True)
class Process:
    """A worker or scheduler that has registered itself."""

    worker: Worker
    last_beat: datetime
    alive: bool
    #: Executions in its hands.
    runs: list[Execution]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How long after their planned moment runs of the last hour started."""

    count: int
    p50: timedelta
    p95: timedelta
    p99: timedelta


def processes(now: datetime) -> list[Process]:
    """List clusters and schedulers, the silent ones too."""
    lease = settings().lease
    short = Worker.objects.filter(lease_until__lte=now + 2 * lease)
    rows = list(short.order_by("host", "kind", "pid")[:PROCESSES])
    alive = set(living(now).values_list("pk", flat=True))
    runs = _runs(row.pk for row in rows)
    return [
        Process(row, row.lease_until - lease, row.pk in alive, runs[row.pk])
        for row in rows
    ]


def _runs(owners: Iterable[int]) -> dict[int | None, list[Execution]]:
    running = Execution.objects.filter(status=ExecutionStatus.RUNNING)
    rows = running.filter(owner__in=list(owners)).only("pk", "owner", "workflow_id")
    found: dict[int | None, list[Execution]] = defaultdict(list)
    for execution in rows.order_by("pk")[:RUNNING]:
        found[execution.owner].append(execution)
    return found


def lateness(now: datetime) -> Lateness | None:
    """Measure the last hour, or of a busy one the last starts; None if none were."""
    planned = Execution.objects.filter(manual=False)
    last = planned.order_by("-pk").values_list("planned_at", "started_at")[:STARTS]
    since = now - timedelta(hours=1)
    late = sorted(
        started - moment
        for moment, started in last
        if moment is not None and started is not None and moment >= since
    )
    if not late:
        return None
    parts = (late[int((len(late) - 1) * part)] for part in (0.5, 0.95, 0.99))
    return Lateness(len(late), *parts)
