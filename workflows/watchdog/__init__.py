"""Look from outside at whether work is being done; say so, mend, tell people."""

from workflows.watchdog.judging import Finding, judge, sentence
from workflows.watchdog.rounds import watch
from workflows.watchdog.sights import Lateness, Process, lateness, processes
from workflows.watchdog.vitals import Vitals, examine, living

__all__ = [
    "Finding",
    "Lateness",
    "Process",
    "Vitals",
    "examine",
    "judge",
    "lateness",
    "living",
    "processes",
    "sentence",
    "watch",
]
