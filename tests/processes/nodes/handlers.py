"""Handlers that tests of processes need: they take their time, and leave a trace."""

import os
from pathlib import Path

from workflows.poller import rest


def note(hashMap, name, seconds):  # noqa: N803 - as handlers call it
    """Write down that it has begun and that it has ended; rest in between."""
    _write(hashMap.get("work"), name, "begins")
    rest(float(seconds))
    _write(hashMap.get("work"), name, "ends")
    return hashMap


def _write(work, name, what):
    journal = Path(os.environ["VAR_DIR"]) / "journal"
    with journal.open("a", encoding="utf-8") as lines:
        lines.write(f"{work} {name} {os.getpid()} {what}\n")
