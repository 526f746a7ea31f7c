"""What the handlers of one run share: the stack, the database, the log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers.actions.stack import HashMap
from workflows.exceptions import WorkflowError

#: Lines that one handler may write.
_LINES = 200


class NoSession(WorkflowError):
    """Something of a handler was called outside of one."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' works only while a handler runs.")


@dataclass
class Session:
    """One run of a handler array."""

    stack: HashMap
    clock: Callable[[], datetime]
    #: The SQL database that is current; "" is the main one.
    database: str = ""
    #: An error skips the rest of the array.
    break_if_error: bool = False
    #: Equal for every repeat of the same effect; the number of the step is added.
    key: str = ""
    #: The work that this is a run of, and its tag; 0 if there is none.
    work: int = 0
    tag: str = ""
    #: Who started it, as a user of Django; None: nobody that is known.
    user: Any = None
    #: Whether `runasync` gets a thread; without one it runs in its turn.
    threads: bool = True
    #: What SetWorkConditions and SetWorkRetryIfFault said, for the next work.
    flags: dict[str, str] = field(default_factory=dict)
    #: Events that were raised, with the listener, to be served after the handler.
    events: list[tuple[str, str]] = field(default_factory=list)
    #: Arrays that RunEvent asked for, to be run after the handler.
    follow: list[Any] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    step: int = 0

    def log(self, line: str) -> None:
        if len(self.lines) < _LINES:
            self.lines.append(line)

    def fork(self) -> "Session":
        """Make one for a handler that runs beside the others."""
        fresh: dict[str, Any] = {"events": [], "follow": [], "lines": [], "flags": {}}
        return replace(self, stack=self.stack.copy(), **fresh)

    @property
    def effect(self) -> str:
        """Name the effect of this step, for the other side of a call."""
        return f"{self.key}-{self.step}" if self.key else ""


_current: ContextVar[Session | None] = ContextVar("session", default=None)


def current(name: str) -> Session:
    """Give the session of the handler that runs now; `name` is who asks."""
    session = _current.get()
    if session is None:
        raise NoSession(name)
    return session


@contextmanager
def entered(session: Session) -> Iterator[None]:
    before = _current.set(session)
    try:
        yield
    finally:
        _current.reset(before)
