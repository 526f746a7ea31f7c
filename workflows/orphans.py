"""Processes that must not outlive their parent: Linux kills them with it."""

import ctypes
import os
import signal
import sys
from functools import cache
from typing import Any

_PR_SET_PDEATHSIG = 1


@cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Ask for SIGKILL when `parent` dies; elsewhere than on Linux do nothing.

    Called in the child right after the fork. A parent that died in between cannot
    be waited for any more: then the child ends at once.
    """
    libc = _libc()
    if libc is None:
        return
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class Forks:
    """From now on every fork of this process, and of its forks, dies with it."""

    def __init__(self) -> None:
        self._parent = os.getpid()
        _libc()  # Loaded before the fork: a child should not have to.
        os.register_at_fork(before=self._remember, after_in_child=self._bind)

    def _remember(self) -> None:
        self._parent = os.getpid()

    def _bind(self) -> None:
        die_with(self._parent)
