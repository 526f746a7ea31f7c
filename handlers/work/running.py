"""One run of a work: its handlers, the record of them, and the state that follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import transaction

from handlers.actions.document import Action, read_actions
from handlers.actions.interpreter import Interpreter, Observer, Step
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from handlers.conf import settings
from handlers.work import conditions
from handlers.work.backoff import gives_up, pause
from handlers.work.claims import ours
from handlers.work.hiding import hidden, hidden_in
from handlers.work.models import Work, WorkRun, WorkStep
from handlers.work.requests import Request, stored_request
from handlers.work.sealing import content_of
from handlers.work.states import Kind, RunState, WorkState
from handlers.work.transfers import Progress, transfer
from workflows.attempts import Errored, attempt
from workflows.codec import readable

Clock: TypeAlias = Callable[[], datetime]
Halted: TypeAlias = Callable[[], bool]

#: Characters of a variable that the record of a step keeps.
SHOWN = 2_000
#: Characters of a variable that the result of a work keeps.
KEPT = 200_000
#: Steps that a run records; further ones only count.
MOST_STEPS = 2_000
#: How long a claim needs no second look.
FRESH = timedelta(milliseconds=500)
#: How long steps may wait to be written together.
GATHER = timedelta(seconds=1)


class Stopped(BaseException):
    """The run is broken off: it may not go on now.

    No `Exception`, so that no library on the way out takes it for an error.
    """

    def __init__(self, reason: str, rest: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        #: How long the work rests before it may run again.
        self.rest = rest


class ClaimLost(BaseException):
    """The work was cancelled, or has gone to another worker."""


@dataclass
class Record(Observer):
    """Keeps the claim in sight and writes down what the handlers do."""

    work: Work
    run: WorkRun
    clock: Clock
    halted: Halted
    steps: list[WorkStep] = field(default_factory=list)
    written_at: datetime | None = None
    has_looked: bool = False
    error: str = ""

    def begin(self, action: Action) -> None:
        self.check()

    def check(self) -> None:
        """Raise if the work may not go on: before each handler, and in transfers."""
        now = self.clock()
        # The claim was committed right before the first look, unless it froze since.
        is_fresh = not self.has_looked and now - self.run.started_at < FRESH
        self.has_looked = True
        if not is_fresh and not ours(self.work).exists():
            raise ClaimLost
        if self.halted():
            reason = "its worker was told to stop"
            raise Stopped(reason)
        limit = settings().run_limit
        if now - self.run.started_at > limit:
            reason = f"the run took longer than {limit.total_seconds():g} s"
            raise Stopped(reason, settings().backoff)
        if not settings().watch_conditions:
            return
        if lost := conditions.unmet(self.work.conditions, running=True):
            reason = f"{', '.join(lost)} was lost"
            raise Stopped(reason)

    def end(self, step: Step) -> None:
        if step.number <= MOST_STEPS:
            self.steps.append(_row(self.run, step))
        now = self.clock()
        if now - (self.written_at or self.run.started_at) >= GATHER:
            self.flush(now)

    def show(self, actions: Sequence[Action]) -> None:
        doing = [hidden(f"{each.type} {each.method}") for each in actions]
        progress = {"doing": readable(", ".join(doing), 200)} if doing else None
        ours(self.work).update(progress=progress)

    def flush(self, now: datetime) -> None:
        """Write the steps that are not written yet."""
        steps, self.steps, self.written_at = self.steps, [], now
        if steps:
            WorkStep.objects.bulk_create(steps)


def _row(run: WorkRun, step: Step) -> WorkStep:
    return WorkStep(
        run=run,
        number=step.number,
        type=step.action.type,
        method=readable(hidden(step.action.method), 20_000),
        action=step.action.action,
        before=_shown(step.before),
        after=_shown(step.after),
        error=readable(hidden(step.error), 20_000),
        traceback=hidden(step.traceback),
        log=readable(hidden("\n".join(step.lines)), 20_000),
        started_at=step.started_at,
        finished_at=step.finished_at,
    )


def _shown(stack: Mapping[str, str], longest: int = SHOWN) -> dict[str, str]:
    hides = hidden_in(dict(stack))
    return {readable(k, 200): readable(v, longest) for k, v in hides.items()}


def run(
    work: Work,
    this: WorkRun,
    clock: Clock,
    *,
    halted: Halted = lambda: False,
    threads: bool = True,
) -> None:
    """Run a claimed work to the end of its array, and write what came of it."""
    session = _session(work, clock, threads=threads)
    record = Record(work, this, clock, halted)
    try:
        _perform(session, record)
    except ClaimLost:
        _close(this, record, RunState.STOPPED, "it was cancelled, or given to others")
        return
    except Stopped as stopped:
        with transaction.atomic():
            if _interrupt(work, clock(), stopped):
                _close(this, record, RunState.STOPPED, stopped.reason)
        return
    error = record.error or session.stack.get("ErrorMessage") or ""
    with transaction.atomic():
        if _finish(work, session, clock(), readable(hidden(error), 20_000)):
            state = RunState.FAILED if error else RunState.SUCCEEDED
            _close(this, record, state, error)
        else:
            _close(this, record, RunState.STOPPED, "it was cancelled while it ran")


def _perform(session: Session, record: Record) -> None:
    """Run what the work consists of; a row that cannot be read is its own error."""
    stored = attempt(lambda: _stored(record.work, session))
    if isinstance(stored, Errored):
        record.error = stored.message
        return
    if isinstance(stored, Request):
        stored = _transfer(stored, session, record)
    Interpreter(session, record).run(stored)


def _stored(work: Work, session: Session) -> Request | tuple[Action, ...]:
    """Read what it consists of, and give the session its variables."""
    content = content_of(work)
    session.stack.update(content.stack)
    if work.is_transfer:
        return stored_request(content.body["request"], content.headers)
    return read_actions(content.body["work"])


def _transfer(request: Request, session: Session, record: Record) -> tuple[Action, ...]:
    """Transfer the file; give the handlers that follow, if it has come to an end.

    Not an attempt: that would take a stop in the middle for an error.
    """
    work = record.work
    outcome = transfer(request, Kind(work.kind), _Watch(record))
    session.stack.put("ResultError", outcome.error)
    if outcome.file:
        session.stack.put("DownloadedFile", outcome.file)
    record.error = outcome.error
    if outcome.error and not outcome.permanent and not gives_up(work.failures + 1):
        return ()
    # It has come to an end: an error of what follows must not transfer it again.
    work.retry = False
    return request.post


@dataclass
class _Watch:
    """Tells a transfer whether to go on, and others how far it has come."""

    record: Record

    def __call__(self, progress: Progress) -> None:
        self.record.check()
        ours(self.record.work).update(progress=progress.as_json())


def _session(work: Work, clock: Clock, *, threads: bool) -> Session:
    return Session(
        stack=HashMap(),
        clock=clock,
        database=work.database,
        break_if_error=work.break_if_error,
        key=f"work-{work.pk}-{work.rounds}",
        work=work.pk,
        tag=work.tag,
        user=work.started_by,
        threads=threads,
    )


def _finish(work: Work, session: Session, now: datetime, error: str) -> int:
    """Move on from a run that came to its end; 0 if the claim is lost."""
    target, values = _following(work, now, error)
    return ours(work).move(
        target,
        reason=error,
        output=_shown(session.stack.as_dict(), KEPT),
        owner=None,
        deliveries=0,
        progress=None,
        **values,
    )


def _following(
    work: Work, now: datetime, error: str
) -> tuple[WorkState, dict[str, Any]]:
    if work.kind == Kind.PERIODIC:
        due_at = now + timedelta(minutes=work.period or 0)
        failures = work.failures + 1 if error else 0
        rounds = work.rounds + 1
        values = {"due_at": due_at, "failures": failures, "rounds": rounds}
        return WorkState.ENQUEUED, values
    if not error:
        return WorkState.SUCCEEDED, {"finished_at": now, "failures": 0}
    failures = work.failures + 1
    if work.retry and not gives_up(failures):
        return WorkState.RETRY, {"failures": failures, "due_at": now + pause(failures)}
    return WorkState.FAILED, {"failures": failures, "finished_at": now}


def _interrupt(work: Work, now: datetime, stopped: Stopped) -> int:
    """Queue a run again that was broken off; that counts as no failure."""
    return ours(work).move(
        WorkState.ENQUEUED,
        due_at=now + stopped.rest,
        reason=f"Stopped: {stopped.reason}.",
        owner=None,
        deliveries=0,
        progress=None,
    )


def spoil(work: Work, this: WorkRun, now: datetime, message: str) -> None:
    """Park a work whose run could not even be recorded; nobody else would."""
    reason = readable(message, 20_000)
    with transaction.atomic():
        values = {"reason": reason, "finished_at": now, "periodic_tag": None}
        if ours(work).move(WorkState.FAILED, owner=None, deliveries=0, **values):
            WorkRun.objects.filter(pk=this.pk, state=RunState.RUNNING).update(
                state=RunState.FAILED, reason=reason, finished_at=now
            )


def _close(run: WorkRun, record: Record, state: RunState, reason: str) -> None:
    now = record.clock()
    record.flush(now)
    WorkRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=state, reason=readable(reason, 20_000), finished_at=now
    )
