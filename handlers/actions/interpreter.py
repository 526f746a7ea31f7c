"""Runs a handler array: in order, with its commands, events and errors."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections

from handlers.actions.commands import execute
from handlers.actions.contracts import types
from handlers.actions.document import ASYNC, PROGRESS, Action
from handlers.actions.errors import SqlFailed
from handlers.actions.session import Session, entered
from handlers.actions.stack import HashMap
from workflows.attempts import Errored, attempt

#: Events that only their own rows hear; other rows run in their turn.
EVENTS = (
    "onHandlerError",
    "onSQLError",
    "onSQLDataChange",
    "onBackgroundCommand",
    "onReply",
)
#: How deep events and arrays may start each other.
DEEPEST = 10
_TOO_DEEP = f"Handlers start each other more than {DEEPEST} times."
#: Handlers that run beside the others at once.
BESIDE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """What one handler did, for the record."""

    number: int
    action: Action
    before: Mapping[str, str]
    after: Mapping[str, str]
    started_at: datetime
    finished_at: datetime
    error: str = ""
    traceback: str = ""
    lines: Sequence[str] = ()


class Observer:
    """Looks over the shoulder of an interpreter."""

    def begin(self, action: Action) -> None:
        """Say whether to go on, by raising or not; asked before every handler."""

    def end(self, step: Step) -> None:
        """Take note of a handler that has ended."""

    def show(self, actions: Sequence[Action]) -> None:
        """Show people that these are under way: they are of `runprogress`."""


@dataclass
class _Flight:
    """A handler that runs beside the others."""

    action: Action
    session: Session
    started_at: datetime
    before: dict[str, str]
    number: int
    future: "Future[Errored | None]"


@dataclass
class _Frame:
    """One array that is being run."""

    actions: Sequence[Action]
    depth: int
    flights: list[_Flight] = field(default_factory=list)


class Interpreter:
    """Runs arrays with one session."""

    def __init__(self, session: Session, observer: Observer) -> None:
        self.session = session
        self.observer = observer
        #: What people are shown to be under way.
        self._shown: list[Action] = []
        self._pool: ThreadPoolExecutor | None = None

    def run(self, actions: Sequence[Action]) -> None:
        """Run the array to its end; only the observer may break it off."""
        try:
            self._run(_Frame(actions, 0), event="")
        finally:
            if self._pool is not None:
                self._pool.shutdown(wait=True)

    def _run(self, frame: _Frame, *, event: str, listener: str | None = None) -> None:
        for action in frame.actions:
            if not _hears(action, event, self._listener(listener)):
                continue
            self.observer.begin(action)
            if self._one(frame, action):
                break
        self._land(frame)

    def _listener(self, listener: str | None) -> str:
        return listener if listener is not None else self._variable("listener")

    def _variable(self, name: str) -> str:
        return self.session.stack.get(name) or ""

    def _one(self, frame: _Frame, action: Action) -> bool:
        """Run one handler; tell whether the rest of the array is skipped."""
        self.session.step += 1
        self.session.stack.forget_changes()
        self._show(action)
        if action.action in {ASYNC, PROGRESS} and self.session.threads:
            frame.flights.append(self._take_off(action))
            return False
        started_at, before = self.session.clock(), self.session.stack.as_dict()
        result = _attempted(action, self.session)
        step = Step(
            self.session.step, action, before, {}, started_at, self.session.clock()
        )
        return self._settle(frame, step, result)

    def _settle(self, frame: _Frame, step: Step, result: Errored | None) -> bool:
        """Do what follows a handler: errors, commands, the record, events."""
        session = self.session
        self._hide(step.action)
        if result is not None:
            session.stack.put("ErrorMessage", _worded(result.message, session.stack))
        if session.stack.containsKey("BreakHandlersIfError"):
            session.stack.remove("BreakHandlersIfError")
            session.break_if_error = True
        breaks = session.stack.containsKey("BreakHandlers")
        session.stack.remove("BreakHandlers")
        execute(session)
        wrote = "ErrorMessage" in session.stack.changed
        error = self._variable("ErrorMessage") if wrote else ""
        if error:
            session.stack.put("HandlerErrorMessage", error)
            session.events.append(("onHandlerError", ""))
        self._record(step, result, error)
        self._follow(frame, step.action)
        return breaks or bool(error and session.break_if_error)

    def _show(self, action: Action) -> None:
        if action.action == PROGRESS:
            self._shown.append(action)
            self.observer.show(self._shown)

    def _hide(self, action: Action) -> None:
        if action in self._shown:
            self._shown.remove(action)
            self.observer.show(self._shown)

    def _record(self, step: Step, result: Errored | None, error: str) -> None:
        session = self.session
        lines, session.lines = session.lines, []
        self.observer.end(
            Step(
                number=step.number,
                action=step.action,
                before=step.before,
                after=session.stack.as_dict(),
                started_at=step.started_at,
                finished_at=step.finished_at,
                error=error,
                traceback=result.traceback if result is not None else "",
                lines=lines,
            )
        )

    def _follow(self, frame: _Frame, action: Action) -> None:
        """Run `postExecute`, what RunEvent asked for, and the rows of events."""
        session = self.session
        events, session.events = session.events, []
        follow, session.follow = session.follow, []
        if frame.depth >= DEEPEST:
            if follow or action.post:
                session.stack.put("ErrorMessage", _TOO_DEEP)
            return
        for actions in (action.post, *follow):
            if actions:
                self._run(_Frame(actions, frame.depth + 1), event="")
        for event, listener in dict.fromkeys(events):
            # An error in a row for errors must not call that row again.
            if frame.depth == 0 or event == "onBackgroundCommand":
                nested = _Frame(frame.actions, frame.depth + 1)
                self._run(nested, event=event, listener=listener or None)

    def _take_off(self, action: Action) -> _Flight:
        self._pool = self._pool or ThreadPoolExecutor(BESIDE)
        session = self.session.fork()
        return _Flight(
            action=action,
            session=session,
            started_at=session.clock(),
            before=session.stack.as_dict(),
            number=session.step,
            future=self._pool.submit(_alone, action, session),
        )

    def _land(self, frame: _Frame) -> None:
        """Wait for what runs beside the array; each stack replaces the shared one.

        With the variable `_StackAddMode` it is merged into it.
        """
        flights, frame.flights = frame.flights, []
        for flight in flights:
            result = flight.future.result()
            mine, theirs = self.session.stack, flight.session.stack
            mine.forget_changes()
            if "_StackAddMode" in theirs:
                mine.update({k: theirs.get(k) for k in theirs.changed if k in theirs})
            else:
                mine.replace(theirs.as_dict())
                mine.changed = set(theirs.changed)
            for name in ("lines", "events", "follow"):
                getattr(self.session, name).extend(getattr(flight.session, name))
            step = Step(
                flight.number,
                flight.action,
                flight.before,
                {},
                flight.started_at,
                self.session.clock(),
            )
            self._settle(frame, step, result)


def _hears(action: Action, event: str, listener: str) -> bool:
    wanted = action.event == event if event else action.event not in EVENTS
    return wanted and (not action.listener or action.listener == listener)


def _worded(message: str, stack: HashMap) -> str:
    """Put a message into the words of `_ErrorMessage`, such as `It failed: %s`."""
    words = stack.get("_ErrorMessage") or ""
    return words.replace("%s", message) if "%s" in words else message


def _attempted(action: Action, session: Session) -> Errored | None:
    """Run a handler; whatever it raises is its own fault, a database's too."""
    with entered(session):
        return attempt(lambda: _run(action, session), blame_database=True)


def _alone(action: Action, session: Session) -> Errored | None:
    try:
        return _attempted(action, session)
    finally:
        connections.close_all()


def _run(action: Action, session: Session) -> None:
    try:
        types.get(action.type).run(session, action.method)
    except SqlFailed as error:
        session.stack.put("SQLError", error.problem)
        session.events.append(("onSQLError", ""))
        raise
