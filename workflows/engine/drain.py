"""The loop of a worker: claim, advance as a group, call outside, until all is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, InterfaceError, transaction

from workflows.codec import readable
from workflows.conf import settings
from workflows.engine.advance import Clock, Halted, advance, never
from workflows.engine.calls import Calls
from workflows.engine.claims import claim, hold, release, release_all
from workflows.engine.compiled import compiled
from workflows.engine.flush import flush
from workflows.engine.presence import register
from workflows.engine.run import Run
from workflows.models import Execution, Job, Worker, WorkflowVersion
from workflows.options import Options
from workflows.states import ExecutionStatus

#: How long a drain waits for calls before it looks for new executions again.
GLANCE = 0.05


class Drain:
    """Runs what is runnable; one per worker process.

    Once `halted` says so, nodes that have begun are finished and the rest is handed
    back.
    """

    def __init__(
        self, owner: int, clock: Clock, *, threads: int = 0, halted: Halted = never
    ) -> None:
        self.owner = owner
        self.clock = clock
        self.halted = halted
        self.calls = Calls(threads)
        #: Set while a run is under way; left set by one that the database ended.
        self._broke_off = False
        #: The run whose nodes are under way in this thread.
        self._at: Run | None = None

    def run(self, ids: Iterable[int] = (), *, only: bool = False) -> int:
        """Run until nothing is runnable or the time slice ends; count the steps on.

        `ids` are looked at first; with `only`, nothing else is.
        """
        if self._broke_off:
            release_all(self.owner, self.clock(), keep=self.calls.executions)
        self._broke_off = True
        end = monotonic() + settings().time_slice.total_seconds()
        wanted, advanced = list(ids), 0
        while True:
            goes_on = monotonic() < end and not self.halted()
            fresh = self._take(wanted) if goes_on else []
            if not only:
                wanted = []
            landed = self.calls.collect(0 if fresh else GLANCE)
            if not fresh and not landed and not len(self.calls):
                self._broke_off = False
                return advanced
            self._group([*fresh, *landed])
            advanced += len(fresh) + len(landed)

    def hangs(self, now: datetime) -> str:
        """Name an execution that a node still holds long after its timeout, if any.

        Asked by another thread, since this one may be the one that hangs.
        """
        end = now - settings().timeout_grace
        under_way = [*([self._at] if self._at else []), *self.calls.runs]
        for run in under_way:
            expires_at = run.execution.expires_at
            if expires_at is not None and expires_at <= end:
                return f"{run.execution} at node '{run.at}'"
        return ""

    def close(self) -> None:
        """Hand back all that is left, at the end of the process."""
        release_all(self.owner, self.clock())

    def _take(self, ids: Sequence[int]) -> list[Run]:
        conf = settings()
        room = min(conf.batch_size, 2 * conf.batch_size - len(self.calls))
        rows = claim(self.owner, self.clock(), room, ids) if room > 0 else []
        return _loaded(rows, self.clock()) if rows else []

    def _group(self, runs: Sequence[Run], *, careful: bool = False) -> None:
        """Advance runs in one transaction; if it fails, carefully, one by one."""
        try:
            held = self._commit(runs, careful=careful)
        except (DatabaseError, InterfaceError) as error:
            if careful:
                self._let_go(runs[0], error)
                return
            for run in runs:
                run.reset()
                self._group([run], careful=True)
            return
        for run in held:
            run.committed()
            if run.call is not None:
                self.calls.submit(run)

    def _commit(self, runs: Sequence[Run], *, careful: bool) -> list[Run]:
        with transaction.atomic():
            ours = hold(self.owner, [run.execution for run in runs])
            held = [run for run in runs if run.execution.pk in ours]
            for run in held:
                self._at = run
                advance(run, self.clock, careful=careful, halted=self.halted)
            self._at = None
            flush(held, self.clock())
        return held

    def _let_go(self, run: Run, error: Exception) -> None:
        reason = readable(f"{type(error).__name__}: {error}", 500)
        release(self.owner, run.execution, self.clock(), reason)


def _loaded(rows: Sequence[Execution], now: datetime) -> list[Run]:
    """Bring what the runs need: their versions and, if they have begun, their jobs."""
    versions = compiled(row.version_id for row in rows)
    begun = [row.pk for row in rows if row.job_count]
    jobs: dict[int, list[Job]] = {pk: [] for pk in begun}
    if begun:
        for job in Job.objects.filter(execution__in=begun).order_by("number"):
            jobs[job.execution_id].append(job)
    stored = WorkflowVersion.objects.options_of(row.version_id for row in rows)
    options = {row.pk: stored.get(row.version_id, Options()) for row in rows}
    _fix_timeouts(rows, options, now)
    for row in rows:
        if row.version_id not in versions:
            _lost_version(row, now)
    return [
        Run(row, versions[row.version_id], options[row.pk], jobs.get(row.pk, ()))
        for row in rows
        if row.version_id in versions
    ]


def _fix_timeouts(
    rows: Sequence[Execution], options: Mapping[int, Options], now: datetime
) -> None:
    """Set when new executions time out; a later change of the option is too late."""
    for row in rows:
        timeout = options[row.pk].timeout
        if row.expires_at is None and not row.job_count and timeout:
            row.expires_at = now + timeout


def _lost_version(row: Execution, now: datetime) -> None:
    reason = "its version no longer exists"
    Execution.objects.filter(pk=row.pk, token=row.token).move(
        ExecutionStatus.ERROR, reason=reason, finished_at=now, owner=None
    )


@contextmanager
def inline(clock: Clock) -> Iterator[Drain]:
    """Run executions in this process, for synchronous workflows, tests and replays."""
    lease = timedelta(hours=1)
    worker = register(Worker.Kind.WORKER, clock(), lease=lease)
    try:
        yield Drain(worker.pk, clock)
    finally:
        worker.delete()
