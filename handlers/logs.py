"""What is logged during a call, for the log of its job: bounded, secrets hidden."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from handlers.work.hiding import hidden
from workflows.codec import readable

#: Characters and lines that are kept of one call, and characters of a line.
MOST, MOST_LINES, LONGEST_LINE = 20_000, 500, 2_000


class Lines:
    """The lines of one call."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._room = MOST
        self._left_out = 0

    def add(self, line: str) -> None:
        line = hidden(readable(line, LONGEST_LINE))
        if len(self._lines) >= MOST_LINES or len(line) > self._room:
            self._left_out += 1
            return
        self._lines.append(line)
        self._room -= len(line)

    def __str__(self) -> str:
        left = f"… {self._left_out} more lines were left out."
        return "\n".join([*self._lines, *([left] if self._left_out else [])])


class _Collector(logging.Handler):
    """Gives each record to the call during which it is logged, if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        if logging.root.handlers == [self]:
            # Without other handlers Python shows warnings; it does so no more with one.
            _show(record)
        lines = _lines.get()
        if lines is not None:
            lines.add(f"{record.levelname} {record.name}: {record.getMessage()}")


def _show(record: logging.LogRecord) -> None:
    last = logging.lastResort
    if last is not None and record.levelno >= last.level:
        last.handle(record)


_lines: ContextVar[Lines | None] = ContextVar("lines", default=None)
_collector = _Collector()


@contextmanager
def collected() -> Iterator[Lines]:
    """Collect what this thread or task logs; an exception carries it as a note."""
    if _collector not in logging.root.handlers:
        logging.root.addHandler(_collector)
    lines = Lines()
    before = _lines.set(lines)
    try:
        yield lines
    except BaseException as error:
        if text := str(lines):
            error.add_note(f"Log:\n{text}")
        raise
    finally:
        _lines.reset(before)
