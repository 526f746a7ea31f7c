"""Nodes of the load: each leaves a trace of what it did, or does what none should."""

import ctypes
import json
import os
import resource
import sys
import time
from pathlib import Path

from django import forms

from tests.chaos.load.models import Ledger
from workflows.contracts import Effect, NodeHandler, Succeeded
from workflows.forms import NodeForm
from workflows.poller import rest
from workflows.registry import register_node

#: How much a greedy node may take before the system says no.
ROOM = 64 * 1024 * 1024


def note(run, what):
    """Append a line to the journal, whole or not at all."""
    facts = {
        "execution": run.execution_id,
        "node": run.key,
        "key": run.idempotency_key,
        "attempt": run.attempt,
        "pid": os.getpid(),
        "at": time.time(),
        "what": what,
    }
    with (Path(os.environ["VAR_DIR"]) / "journal").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(facts) + "\n")


class SecondsForm(NodeForm):
    seconds = forms.FloatField(required=False)


class Pure(NodeHandler):
    """Does nothing."""

    type = title = "pure"
    form_class = SecondsForm

    def run(self, run):
        return Succeeded(run.execution_id)


class Slow(Pure):
    """Holds its worker for a while."""

    type = title = "slow"

    def run(self, run):
        note(run, "begins")
        rest(run.config["seconds"] or 0)
        return Succeeded()


class Write(Pure):
    """Writes a row, in the transaction of the engine; it may take its time after."""

    type = title = "ledger"
    effect = Effect.DATABASE

    def run(self, run):
        Ledger.objects.create(execution=run.execution_id, node=run.key)
        if run.config["seconds"]:
            note(run, "begins")
            rest(run.config["seconds"])
        return Succeeded()


class Outside(Slow):
    """Stands for a call to the world outside; the journal is that world."""

    type = title = "outside"
    effect = Effect.OUTSIDE


class Odd(Pure):
    """Gives what JSON cannot hold."""

    type = title = "odd"

    def run(self, run):
        return Succeeded({"callback": self.run})


class Memory(Pure):
    """Eats what it gets."""

    type = title = "memory"

    def run(self, run):
        before = resource.getrlimit(resource.RLIMIT_AS)
        statm = Path("/proc/self/statm").read_text(encoding="ascii")
        used = int(statm.split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, before[1]))
        try:
            return Succeeded(len(bytearray(4 * ROOM)))
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)


class Segfault(Pure):
    """Kills its process from inside."""

    type = title = "segfault"

    def run(self, run):
        note(run, "begins")
        ctypes.string_at(0)


class Exit(Pure):
    """Leaves."""

    type = title = "exit"

    def run(self, run):
        note(run, "begins")
        sys.exit("I leave.")


class CalledExit(Exit):
    """Leaves, in a thread."""

    type = title = "called_exit"
    effect = Effect.OUTSIDE


class Hang(Pure):
    """Never returns."""

    type = title = "hang"

    def run(self, run):
        note(run, "begins")
        rest(10_000)


class EndlessCall(Hang):
    """Never returns, in a thread."""

    type = title = "endless_call"
    effect = Effect.OUTSIDE


for handler in (
    Pure,
    Slow,
    Write,
    Outside,
    Odd,
    Memory,
    Segfault,
    Exit,
    CalledExit,
    Hang,
    EndlessCall,
):
    register_node(handler)
