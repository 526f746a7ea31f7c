"""Wait for what other processes do: never longer than needed, never for ever."""

import signal
import sys
from collections.abc import Callable
from time import monotonic

from workflows.poller import rest


class NeverHappened(Exception):
    """Something that a benchmark waits for did not happen in time."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"Within {seconds:.0f} s it did not happen that {what}.")


def eventually(
    condition: Callable[[], object], what: str, seconds: float, *, pause: float = 0.05
) -> None:
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            raise NeverHappened(what, seconds)
        rest(pause)


def clean_up_on_sigterm() -> None:
    """End by an exception, so that clusters stop and databases go away."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to stop."))
