"""The figures that tell whether work is being done, in a few cheap statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflows import registry
from workflows.attempts import Errored, attempt
from workflows.cluster import unheard
from workflows.conf import settings
from workflows.models import Execution, Job, Worker, WorkerQuerySet
from workflows.states import ExecutionStatus

#: Rows that are counted at most.
MOST = 10_000
#: Finished jobs that are looked at; some of them may have ended long after the others.
LAST_JOBS = 50


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is alive, what waits and how long, at one moment."""

    now: datetime
    workers: int
    schedulers: int
    #: Executions that a worker may take, up to `MOST`.
    runnable: int
    #: How long the first of them waits.
    oldest: timedelta | None
    #: How long the first schedule, or whatever else plug-ins poll, is due.
    overdue: timedelta | None
    #: Wake-ups that nobody has taken; None if what carries them does not answer.
    messages: int | None
    #: A node ended lately, or a living worker has an execution in its hands.
    advances: bool


def examine(now: datetime) -> Vitals:
    kinds = list(living(now).values_list("kind", flat=True))
    runnable = Execution.objects.claimable(now)
    messages = attempt(unheard, blame_database=True)
    return Vitals(
        now=now,
        workers=kinds.count(Worker.Kind.WORKER),
        schedulers=kinds.count(Worker.Kind.SCHEDULER),
        runnable=runnable.order_by()[:MOST].count(),
        oldest=_since(runnable.order_by("due_at").values_list("due_at")[:1], now),
        overdue=_overdue(now),
        messages=None if isinstance(messages, Errored) else messages,
        advances=_advances(now),
    )


def living(now: datetime) -> WorkerQuerySet:
    """Select the processes that are believed alive.

    Who runs executions in a process of its own, such as a web server's, takes a lease
    of an hour; it is no sign of a cluster.
    """
    return Worker.objects.alive(now).filter(lease_until__lte=now + 2 * settings().lease)


def _since(rows: object, now: datetime) -> timedelta | None:
    [moment] = next(iter(rows), [None])  # type: ignore[call-overload]  # one column
    return now - moment if moment else None


def _overdue(now: datetime) -> timedelta | None:
    late = [now - moment for moment in _planned(now) if moment < now]
    return max(late, default=None)


def _planned(now: datetime) -> Iterator[datetime]:
    """Ask what plug-ins poll; a poller that is new reads it from the database."""
    for poller in registry.pollers:
        moment = poller().due(now)
        if moment is not None and moment > datetime.min.replace(tzinfo=UTC):
            yield moment


def _advances(now: datetime) -> bool:
    since = now - settings().stalled_after
    last = Job.objects.order_by("-pk").values_list("finished_at", flat=True)[:LAST_JOBS]
    if any(moment and moment > since for moment in last):
        return True
    running = Execution.objects.filter(status=ExecutionStatus.RUNNING)
    return running.filter(owner__in=living(now).values("pk")).exists()
