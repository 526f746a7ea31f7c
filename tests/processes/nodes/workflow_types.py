"""Nodes that tests of processes need: they take their time, and leave a trace."""

import ctypes
import os
import sys
from dataclasses import replace
from pathlib import Path

from django import forms

from workflows.contracts import Effect, NodeHandler, Succeeded
from workflows.forms import NodeForm
from workflows.poller import rest
from workflows.registry import register_node

QUICK = {"seconds": 0}


class SlowForm(NodeForm):
    seconds = forms.FloatField(required=False)


class Stiff(NodeHandler):
    """Notes that it has begun, and rests; the engine takes it for a quick one."""

    type = "stiff"
    title = "Stiff"
    form_class = SlowForm

    def run(self, run):
        journal = Path(os.environ["VAR_DIR"]) / "journal"
        with journal.open("a", encoding="utf-8") as lines:
            lines.write(f"{run.execution_id} {run.key} {os.getpid()}\n")
        rest(run.config["seconds"] or 0)
        return Succeeded()


class Slow(Stiff):
    """Does the same as a call to the world outside would."""

    type = "slow"
    effect = Effect.OUTSIDE


class SlowOnce(Slow):
    """Rests only at its first attempt."""

    type = "slow_once"

    def run(self, run):
        return super().run(run if run.attempt == 1 else replace(run, config=QUICK))


class FatalForm(SlowForm):
    way = forms.CharField()


class Fatal(Stiff):
    """Ends its process, or hangs in it, in one of the ways that handlers have."""

    type = "fatal"
    form_class = FatalForm
    ways = {
        "segfault": lambda: ctypes.string_at(0),
        "exit": lambda: os._exit(1),
        "raise": lambda: sys.exit(1),
        "hang": lambda: rest(600),
        # Unlike other calls of C this one does not let Python's other threads run.
        "hang in C": lambda: ctypes.PyDLL(None).sleep(600),
    }

    def run(self, run):
        super().run(replace(run, config=QUICK))
        self.ways[run.config["way"]]()
        return Succeeded()


class FatalOutside(Fatal):
    type = "fatal_outside"
    effect = Effect.OUTSIDE


register_node(Fatal)
register_node(FatalOutside)
register_node(Stiff)
register_node(Slow)
register_node(SlowOnce)
