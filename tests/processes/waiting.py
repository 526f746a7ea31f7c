"""Wait for what other processes do: never longer than needed, never for ever."""

import threading
from time import monotonic

import psutil

PAUSE = 0.03


class NeverHappened(AssertionError):
    def __init__(self, what, seconds, evidence):
        sentence = f"Within {seconds:g} s it did not happen that {what}."
        super().__init__(f"{sentence}\n{evidence}".strip())


def eventually(condition, what, seconds=20.0, evidence=str):
    """Give the first true value of `condition`; fail after `seconds`, saying `what`.

    `evidence` is called for what helps to understand a failure.
    """
    end = monotonic() + seconds
    while not (value := condition()):
        if monotonic() > end:
            raise NeverHappened(what, seconds, evidence())
        threading.Event().wait(PAUSE)
    return value


def family(pid):
    """List a process and all its descendants, in the order of their birth."""
    process = psutil.Process(pid)
    found = [process, *process.children(recursive=True)]
    return sorted(found, key=lambda each: (each.create_time(), each.pid))


def all_gone(processes):
    """Tell whether these have ended; a zombie has, its parent may be slow to look."""
    return not any(is_alive(process) for process in processes)


def is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
