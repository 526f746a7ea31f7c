"""Child processes in one terminal: started, shown, restarted, never left behind.

One thread does it all, so that it may fork at any time and a signal finds it anywhere.
"""

import os
import selectors
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from workflows.orphans import die_with

#: Seconds before a child that died is started again: the first time, and at most.
PAUSE, LONGEST_PAUSE = 0.5, 10.0
#: A child that lived so many seconds begins with the first pause again.
SETTLED = 30.0
#: Seconds that children have to stop; then they are killed.
GRACE = 4.0
#: The longest rest between two looks at the children.
GLANCE = 0.2
#: A line that is longer is cut in two.
LONGEST_LINE = 65_536

Say = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Program:
    """What a child runs, and how it is told that it is up."""

    name: str
    command: Sequence[str]
    #: What it prints when it is up; empty if it does not say.
    sign: bytes = b""
    #: Asks it whether it is up, for programs that serve; True ends the asking.
    asks: Callable[[], bool] | None = None
    #: What it prints before it is up is shown only if it fails.
    shy: bool = False
    #: Lines with this are ours, and not shown.
    hides: bytes = b""


@dataclass
class Child:
    """One program, while it runs and between its lives."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    is_up: bool = False
    #: Set when nobody writes into its output any more.
    is_mute: bool = False
    started: float = 0.0
    starts_at: float = 0.0
    pause: float = PAUSE
    rest: bytes = b""
    held: list[bytes] = field(default_factory=list)

    def start(self, environment: Mapping[str, str]) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 - the project's own command
            self.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            bufsize=0,
            start_new_session=True,
            preexec_fn=lambda: die_with(parent),  # noqa: PLW1509 - there is one thread
        )
        os.set_blocking(self.output, False)
        self.started, self.is_mute = monotonic(), False
        self.is_up = not self.program.sign and self.program.asks is None

    @property
    def output(self) -> int:
        assert self.process is not None  # noqa: S101 - asked of running children
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        return self.process.stdout.fileno()

    def read(self) -> Iterator[bytes]:
        """Give the lines that have come and are to be shown."""
        for line in self._lines():
            if self.program.sign and self.program.sign in line:
                self.is_up = True
            if self.program.hides and self.program.hides in line:
                continue
            if self.program.shy and not self.is_up:
                self.held.append(line)
            else:
                yield line

    def _lines(self) -> list[bytes]:
        chunks = [self.rest]
        try:
            while chunk := os.read(self.output, LONGEST_LINE):
                chunks.append(chunk)
            self.is_mute = True
        except BlockingIOError:
            pass
        *lines, self.rest = b"".join(chunks).split(b"\n")
        if len(self.rest) > LONGEST_LINE:
            lines, self.rest = [*lines, self.rest], b""
        return lines

    def last_words(self) -> list[bytes]:
        """Give all that was not shown yet, once it has died."""
        lines = [*self.read(), *([self.rest] if self.rest else [])]
        lines = [*self.held, *lines]
        self.rest, self.held = b"", []
        return lines

    def signal(self, number: int) -> None:
        """Send a signal to the program alone: it knows how to end its own children."""
        if self.process is not None:
            self.process.send_signal(number)

    def sweep(self) -> None:
        """Kill what is left of the process group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def bury(self) -> int:
        """Forget the process that has ended; give its exit code or minus its signal."""
        assert self.process is not None  # noqa: S101 - it has just ended
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        self.sweep()
        code = self.process.wait()
        self.process.stdout.close()
        if monotonic() - self.started > SETTLED:
            self.pause = PAUSE
        self.starts_at = monotonic() + self.pause
        self.process, self.is_up = None, False
        return code


class Supervisor:
    """Runs programs until it is told to stop; `say` gets their names and lines."""

    def __init__(
        self,
        programs: Sequence[Program],
        say: Say,
        *,
        when_up: Callable[[], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.children = [Child(program) for program in programs]
        self.say = say
        self.when_up = when_up
        self.environment = {**(environment or os.environ), "PYTHONUNBUFFERED": "1"}
        self.is_stopping = False
        self._announced = False
        self._ends_at = 0.0

    def run(self) -> None:
        """Run everything; return when no process is left."""
        with selectors.DefaultSelector() as selector, self._signals(selector):
            self._selector = selector
            try:
                while not self.is_stopping:
                    self._start_due()
                    self._turn()
                    self._announce()
            finally:
                self._stop()

    def stop(self) -> None:
        """End all children, and at once when asked twice; allowed in a handler."""
        self._ends_at = 0.0 if self.is_stopping else monotonic() + GRACE
        self.is_stopping = True

    @contextmanager
    def _signals(self, selector: selectors.BaseSelector) -> Iterator[None]:
        """Let signals end the rest between two turns."""
        reader, writer = socket.socketpair()
        reader.settimeout(0)
        writer.settimeout(0)
        handlers = {number: lambda *_: self.stop() for number in _STOPS}
        handlers[signal.SIGCHLD] = lambda *_: None
        before = {n: signal.signal(n, handler) for n, handler in handlers.items()}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        selector.register(reader, selectors.EVENT_READ, lambda: reader.recv(4096))
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            reader.close()
            writer.close()

    def _start_due(self) -> None:
        for child in self.children:
            if child.process is None and monotonic() >= child.starts_at:
                child.start(self.environment)
                self._watch(child)

    def _watch(self, child: Child) -> None:
        self._selector.register(
            child.output, selectors.EVENT_READ, lambda: self._show(child)
        )

    def _turn(self) -> None:
        """Show what children say, and see who has died or come up."""
        for key, _ in self._selector.select(GLANCE):
            key.data()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._mourn(child)
            elif child.process is not None and not child.is_up:
                self._ask(child)

    def _show(self, child: Child) -> None:
        for line in child.read():
            self.say(child.program.name, line)
        if child.is_mute:
            self._selector.unregister(child.output)

    def _ask(self, child: Child) -> None:
        if child.program.asks is not None and child.program.asks():
            if not child.is_mute:
                self._show(child)
            child.held.clear()
            child.is_up = True

    def _mourn(self, child: Child) -> None:
        """Take leave of a child, and say so unless all shall end."""
        if not child.is_mute:
            self._selector.unregister(child.output)
        words = child.last_words()
        code = child.bury()
        if self.is_stopping:
            words = words if child.is_up else []
        for line in words:
            self.say(child.program.name, line)
        if not self.is_stopping:
            self.say("", _farewell(child, code).encode())
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _announce(self) -> None:
        if not self._announced and all(child.is_up for child in self.children):
            self._announced = True
            self.when_up()

    def _stop(self) -> None:
        if not self.is_stopping:
            self.stop()
        for child in self.children:
            child.signal(signal.SIGTERM)
        while any(child.process is not None for child in self.children):
            if monotonic() >= self._ends_at:
                for child in self.children:
                    child.sweep()
            self._turn()


_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _farewell(child: Child, code: int) -> str:
    how = (
        f"was killed by {signal.Signals(-code).name}"
        if code < 0
        else f"ended with exit code {code}"
    )
    return f"{child.program.name} {how}; starting it again in {child.pause:g} s."
