"""The loop of a worker: claim, advance as a group, call outside, until all is done."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection, transaction

from workflows.codec import readable
from workflows.conf import settings
from workflows.contracts import EndedExecution
from workflows.engine.advance import Halted, advance, never
from workflows.engine.asking import Clock
from workflows.engine.calls import Calls
from workflows.engine.claims import claim, release, release_all, release_unbegun
from workflows.engine.compiled import CompiledVersion, compiled
from workflows.engine.flush import flush
from workflows.engine.history import jobs_of
from workflows.engine.presence import register
from workflows.engine.replies import hear
from workflows.engine.run import Run
from workflows.engine.telling import tell_ended
from workflows.exceptions import LostClaims, NodeRaised
from workflows.models import Execution, Worker
from workflows.statements import Claimed
from workflows.states import ExecutionStatus

#: How long a drain waits for calls before it looks for new executions again.
GLANCE = 0.05
#: How long, in seconds, a group goes on before it is committed.
GROUP_TIME = 0.05
#: How many executions a worker claims first: others woke up with it.
FIRST_SHARE = 50
#: How often, in seconds, it looks for replies to branches while others call outside.
HEARING = 0.5
#: How long, in seconds, a worker keeps what it has not begun; others may be idle.
PATIENCE = 0.25


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
        self.calls = Calls(threads, clock)
        #: How many executions are claimed at once: fewer while nodes are slow.
        self._share = FIRST_SHARE
        #: What was committed in the middle, to go on with at once.
        self._going: list[Run] = []
        #: Executions that the end of a slice cut short: somebody is to be woken.
        self.handed_back: list[int] = []
        #: Set while a run is under way; left set by one that an error ended.
        self._broke_off = False
        #: Whether that was the database's error, and no sign of poison.
        self._is_excused = False
        #: When, by the monotonic clock, it looks for replies to what calls outside.
        self._hears_at = 0.0
        #: The run whose nodes are under way in this thread.
        self._at: Run | None = None

    def run(
        self, ids: Iterable[int] = (), *, only: bool = False, many: bool = False
    ) -> int:
        """Run until nothing is runnable or the time slice ends; count the steps on.

        `ids` are looked at first; with `only`, nothing else is. Where `many` are known
        to be due, as many as may be are claimed at once.
        """
        most = settings().batch_size
        self._share = most if many else min(self._share, FIRST_SHARE)
        if self._broke_off:
            kept, excused = self.calls.executions, self._is_excused
            release_all(self.owner, self.clock(), keep=kept, excused=excused)
        self._broke_off, self._is_excused, self._going = True, False, []
        self.handed_back = []
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
            going = self._still_going(goes_on=goes_on or only)
            if not only:
                wanted = []
            landed = self.calls.collect(0 if fresh or going else GLANCE)
            due = self._due_in_flight() if goes_on and len(self.calls) else []
            ready = _once([*landed, *due, *fresh, *going])
            if not ready and not len(self.calls):
                return advanced
            advanced += self._advance_all(ready)

    def _still_going(self, *, goes_on: bool) -> list[Run]:
        """Give what goes on at once; when the slice is over, others may have it."""
        going, self._going = self._going, []
        if goes_on:
            return going
        if free := [run for run in going if not run.is_held]:
            self._release_unbegun(free)
            self.handed_back += [run.execution.pk for run in free]
        # The others come back with their calls.
        return [run for run in going if run.has_answer]

    def _due_in_flight(self) -> list[Run]:
        """Give those whose branches can go on while others of theirs call outside."""
        now = self.clock()
        flying = [run for run in self.calls.runs if not run.is_gone]
        if flying and monotonic() >= self._hears_at:
            self._hears_at = monotonic() + HEARING
            hear(flying)
        return [run for run in flying if run.is_due(now)]

    def _release_unbegun(self, runs: Iterable[Run]) -> None:
        ids = []
        for run in runs:
            run.is_gone = True
            ids.append(run.execution.pk)
        release_unbegun(self.owner, ids, self.clock())

    def hangs(self, now: datetime) -> str:
        """Name an execution that a node still holds long after its timeout, if any.

        Asked by another thread, since this one may be the one that hangs.
        """
        end = now - settings().timeout_grace
        under_way = [*([self._at] if self._at else []), *self.calls.runs]
        for run in under_way:
            if run.is_gone:
                continue
            limits = (run.execution.expires_at, run.limit_at)
            if any(limit is not None and limit <= end for limit in limits):
                return f"Execution {run.execution.pk} at node '{run.at}'"
        if self.calls.is_leaking:
            return "As many calls as there are threads"
        return ""

    def close(self) -> None:
        """Hand back all that is left, at the end of the process."""
        release_all(self.owner, self.clock())

    def _take(self, ids: Sequence[int]) -> list[Run]:
        conf = settings()
        busy = len(self.calls) + len(self._going)
        room = min(self._share, 2 * conf.batch_size - busy)
        rows = claim(self.owner, self.clock(), room, ids) if room > 0 else []
        return _loaded(rows, self.clock()) if rows else []

    def _advance_all(self, runs: Sequence[Run]) -> int:
        """Advance runs, and hand back what is not begun in time; say how many were."""
        end, left = monotonic() + PATIENCE, deque(runs)
        while left:
            self._group(left)
            if monotonic() >= end and not (left and left[0].is_held):
                break
        if left:
            self._release_unbegun(left)
        begun = len(runs) - len(left)
        most = settings().batch_size
        self._share = max(begun, 1) if left else min(2 * self._share, most)
        return begun

    def _group(self, left: deque[Run]) -> None:
        """Advance some runs from the left in one transaction.

        If that fails, they are advanced carefully, one by one.
        """
        group = [left.popleft()]
        try:
            self._commit(left, group)
        except LostClaims as lost:
            left.extendleft(self._without(group, lost))
        except NodeRaised:
            for run in group:
                run.reset()
            culprit = group.pop()
            left.extendleft(reversed(group))
            self._carefully(culprit)
        except (DatabaseError, InterfaceError):
            for run in group:
                run.reset()
                self._carefully(run)
        else:
            self._go_on(group)

    def _carefully(self, run: Run) -> None:
        try:
            self._commit(deque(), [run], careful=True)
        except LostClaims as lost:
            self._without([run], lost)
        except (DatabaseError, InterfaceError) as error:
            reason = readable(f"{type(error).__name__}: {error}", 500)
            run.is_gone = True
            release(self.owner, run.execution, self.clock(), reason)
        else:
            self._go_on([run])

    def _without(self, group: Sequence[Run], lost: LostClaims) -> list[Run]:
        """Give the runs that are ours, to be run again; hand back the others."""
        self._release_unbegun(run for run in group if run.execution.pk in lost.ids)
        ours = [run for run in group if run.execution.pk not in lost.ids]
        for run in ours:
            run.reset()
        return ours

    def _commit(
        self, left: deque[Run], group: list[Run], *, careful: bool = False
    ) -> None:
        """Advance the group and commit it; it grows from the left while time is."""
        end = monotonic() + GROUP_TIME
        with connection.wrap_database_errors, transaction.atomic():
            self._advance(group[0], end, careful=careful)
            while left and monotonic() < end:
                group.append(left.popleft())
                self._advance(group[-1], end, careful=careful)
            flush(self.owner, group, self.clock())

    def _advance(self, run: Run, end: float, *, careful: bool) -> None:
        self._at = run
        try:
            advance(run, self.clock, careful=careful, halted=self.halted, until=end)
        finally:
            self._at = None

    def _go_on(self, group: Sequence[Run]) -> None:
        for run in group:
            run.committed()
            run.is_gone = not run.is_going
            if run.calls:
                self.calls.submit(run)
            if run.is_going and (not run.is_calling or run.is_due(self.clock())):
                self._going.append(run)


def _once(runs: Iterable[Run]) -> list[Run]:
    """Give each run that is still ours once, those that cannot be given back first."""
    ours = dict.fromkeys(run for run in runs if not run.is_gone)
    return sorted(ours, key=lambda run: not run.is_held)


def _loaded(rows: Sequence[Claimed], now: datetime) -> list[Run]:
    """Bring what the runs need: their versions and, if they have begun, their jobs."""
    versions = compiled({row.version_id: row.revision or 0 for row in rows})
    jobs = jobs_of(
        [row.pk for row in rows if row.job_count], _with_many(rows, versions)
    )
    runs = []
    _fix_timeouts(rows, now)
    for row in rows:
        if row.options is None or row.version_id not in versions:
            _lost_version(row, now)
            continue
        version = versions[row.version_id]
        runs.append(Run(row, version, row.options, jobs.get(row.pk, ())))
    return runs


def _fix_timeouts(rows: Sequence[Claimed], now: datetime) -> None:
    """Set when new executions time out; a later change of the option is too late.

    Stored before a node can hang: the next worker must not begin to count anew.
    """
    for row in rows:
        timeout = row.options and row.options.timeout
        if timeout and row.expires_at is None and not row.job_count:
            row.expires_at = now + timeout
            mine = Execution.objects.filter(pk=row.pk, token=row.token)
            mine.update(expires_at=row.expires_at)


def _with_many(
    rows: Sequence[Claimed], versions: Mapping[int, CompiledVersion]
) -> list[int]:
    """Name those with more jobs than nodes: they loop."""
    return [
        row.pk
        for row in rows
        if row.version_id in versions
        and row.job_count > len(versions[row.version_id].plain)
    ]


def _lost_version(row: Claimed, now: datetime) -> None:
    reason = "its version no longer exists"
    mine = Execution.objects.filter(pk=row.pk, token=row.token)
    error = ExecutionStatus.ERROR
    with transaction.atomic():
        if mine.move(error, reason=reason, finished_at=now, owner=None):
            end = EndedExecution(row.pk, row.workflow_id, error, row.ancestors)
            tell_ended([end], now)


@contextmanager
def inline(clock: Clock) -> Iterator[Drain]:
    """Run executions in this process, for synchronous workflows, tests and replays."""
    lease = timedelta(hours=1)
    worker = register(Worker.Kind.WORKER, clock(), lease=lease)
    try:
        yield Drain(worker.pk, clock)
    finally:
        worker.delete()
