"""Run executions: claim a batch, advance it, commit it as a group."""

from workflows.engine.claims import give_back
from workflows.engine.compiled import callbacks_in, forget_compiled
from workflows.engine.drain import Drain, inline
from workflows.engine.families import tell_parents
from workflows.engine.history import DONE, jobs_of
from workflows.engine.holding import held, release_held, unfinished
from workflows.engine.locks import busy, locks_on
from workflows.engine.presence import Presence, host, processes, register, renew
from workflows.engine.rehearsing import Given, Rehearsed, Script, rehearse
from workflows.engine.replies import keep_reply
from workflows.engine.telling import tell_ended
from workflows.engine.trying import Clock, Tried, run_alone
from workflows.engine.warming import Warming

__all__ = [
    "DONE",
    "Clock",
    "Drain",
    "Given",
    "Presence",
    "Rehearsed",
    "Script",
    "Tried",
    "Warming",
    "busy",
    "callbacks_in",
    "forget_compiled",
    "give_back",
    "held",
    "host",
    "inline",
    "jobs_of",
    "keep_reply",
    "locks_on",
    "processes",
    "register",
    "rehearse",
    "release_held",
    "renew",
    "run_alone",
    "tell_ended",
    "tell_parents",
    "unfinished",
]
