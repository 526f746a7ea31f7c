"""The loop of a worker: claim, advance as a group, call outside, until all is done."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection, transaction

from workflows.codec import readable
from workflows.conf import settings
from workflows.engine.advance import Clock, Halted, advance, never
from workflows.engine.calls import Calls
from workflows.engine.claims import claim, release, release_all, release_lost
from workflows.engine.compiled import compiled
from workflows.engine.flush import flush
from workflows.engine.presence import register
from workflows.engine.run import Run
from workflows.exceptions import LostClaims
from workflows.models import Execution, Job, Worker
from workflows.statements import Claimed, JobRow
from workflows.states import ExecutionStatus

#: How long a drain waits for calls before it looks for new executions again.
GLANCE = 0.05
#: How long, in seconds, a group goes on before it is committed.
GROUP_TIME = 0.05
#: The columns of a job, in the order of `JobRow`.
_JOB_COLUMNS = [field.name for field in fields(JobRow)]


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
        #: Set while a run is under way; left set by one that an error ended.
        self._broke_off = False
        #: Whether that was the database's error, and no sign of poison.
        self._is_excused = False
        #: The run whose nodes are under way in this thread.
        self._at: Run | None = None

    def run(self, ids: Iterable[int] = (), *, only: bool = False) -> int:
        """Run until nothing is runnable or the time slice ends; count the steps on.

        `ids` are looked at first; with `only`, nothing else is.
        """
        if self._broke_off:
            kept, excused = self.calls.executions, self._is_excused
            release_all(self.owner, self.clock(), keep=kept, excused=excused)
        self._broke_off, self._is_excused = True, False
        try:
            advanced = self._run(ids, only=only)
        except (DatabaseError, InterfaceError):
            self._is_excused = True
            raise
        self._broke_off = False
        return advanced

    def _run(self, ids: Iterable[int], *, only: bool) -> int:
        end = monotonic() + settings().time_slice.total_seconds()
        wanted, advanced = list(ids), 0
        while True:
            goes_on = monotonic() < end and not self.halted()
            fresh = self._take(wanted) if goes_on else []
            if not only:
                wanted = []
            landed = self.calls.collect(0 if fresh else GLANCE)
            if not fresh and not landed and not len(self.calls):
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
                return f"Execution {run.execution.pk} at node '{run.at}'"
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
        """Advance runs in few transactions; if one fails, carefully, one by one."""
        left = deque(runs)
        while left:
            group = [left.popleft()]
            try:
                self._commit(left, group, careful=careful)
            except LostClaims as lost:
                release_lost(self.owner, lost.ids, self.clock())
                ours = [run for run in group if run.execution.pk not in lost.ids]
                left.extendleft(_reset(ours))
            except (DatabaseError, InterfaceError) as error:
                if careful:
                    self._let_go(group[0], error)
                    continue
                for run in _reset(group):
                    self._group([run], careful=True)
            else:
                self._go_on(group)

    def _commit(self, left: deque[Run], group: list[Run], *, careful: bool) -> None:
        """Advance the group and commit it; it grows from the left while time is."""
        end = monotonic() + GROUP_TIME
        with connection.wrap_database_errors, transaction.atomic():
            self._advance(group[0], careful=careful)
            while left and monotonic() < end:
                group.append(left.popleft())
                self._advance(group[-1], careful=careful)
            flush(self.owner, group, self.clock())

    def _advance(self, run: Run, *, careful: bool) -> None:
        self._at = run
        try:
            advance(run, self.clock, careful=careful, halted=self.halted)
        finally:
            self._at = None

    def _go_on(self, group: Sequence[Run]) -> None:
        for run in group:
            run.committed()
            if run.call is not None:
                self.calls.submit(run)

    def _let_go(self, run: Run, error: Exception) -> None:
        reason = readable(f"{type(error).__name__}: {error}", 500)
        release(self.owner, run.execution, self.clock(), reason)


def _reset(runs: Sequence[Run]) -> Sequence[Run]:
    for run in runs:
        run.reset()
    return runs


def _loaded(rows: Sequence[Claimed], now: datetime) -> list[Run]:
    """Bring what the runs need: their versions and, if they have begun, their jobs."""
    versions = compiled({row.version_id: row.revision or 0 for row in rows})
    jobs = _jobs_of([row.pk for row in rows if row.job_count])
    runs = []
    for row in rows:
        if row.options is None or row.version_id not in versions:
            _lost_version(row, now)
            continue
        timeout = row.options.timeout
        if row.expires_at is None and not row.job_count and timeout:
            # Fixed here; a later change of the option is too late.
            row.expires_at = now + timeout
        version = versions[row.version_id]
        runs.append(Run(row, version, row.options, jobs.get(row.pk, ())))
    return runs


def _jobs_of(ids: Sequence[int]) -> dict[int, list[JobRow]]:
    jobs: dict[int, list[JobRow]] = {pk: [] for pk in ids}
    if ids:
        stored = Job.objects.filter(execution__in=ids).order_by("number")
        for values in stored.values_list(*_JOB_COLUMNS):
            job = JobRow(*values)
            jobs[job.execution_id].append(job)
    return jobs


def _lost_version(row: Claimed, now: datetime) -> None:
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
