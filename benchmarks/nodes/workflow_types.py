"""Nodes that do next to nothing, as far as the engine can tell in different ways."""

import os
import struct
import time
from functools import cache
from pathlib import Path

from workflows.contracts import Effect, NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.forms import NodeForm, ValueField
from workflows.registry import register_node


class MarkForm(NodeForm):
    """Has one setting, the value to give back."""

    value = ValueField(label="Value", required=False)


class Nothing(NodeHandler):
    """Calls nobody, but the engine must take it for a call to the world outside."""

    type = "nothing"
    title = "Nothing"
    effect = Effect.OUTSIDE
    form_class = MarkForm

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded(run.config["value"])


class Mark(NodeHandler):
    """Writes a mark with the time into a file, as the steps of the peers do."""

    type = "mark"
    title = "Mark"
    form_class = MarkForm

    def run(self, run: NodeRun) -> NodeResult:
        os.write(_marks(os.getpid()), struct.pack("d", time.time()))
        return Succeeded(run.config["value"])


class OutsideMark(Mark):
    """Does the same as a call to the world outside."""

    type = "outside_mark"
    effect = Effect.OUTSIDE


@cache
def _marks(pid: int) -> int:
    path = Path(os.environ["MARKS"]) / f"{pid}.marks"
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


register_node(Nothing)
register_node(Mark)
register_node(OutsideMark)
