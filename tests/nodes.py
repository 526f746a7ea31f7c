"""Node types for tests: small, and each with one habit."""

from contextlib import ExitStack, contextmanager
from datetime import timedelta

from django import forms

from workflows import registry
from workflows.contracts import (
    Effect,
    Ended,
    Failed,
    NodeHandler,
    Succeeded,
    Waiting,
)
from workflows.forms import NodeForm, ValueField
from workflows.models import Category


class ValueForm(NodeForm):
    value = ValueField(required=False)
    count = forms.IntegerField(required=False)


class Echo(NodeHandler):
    """Gives its value back."""

    type = "echo"
    title = "Echo"
    form_class = ValueForm

    def run(self, run):
        return Succeeded(run.config["value"])


class Boom(Echo):
    """Raises."""

    type = "boom"

    def run(self, run):
        raise ValueError(run.config["value"] or "boom")


class Refuse(Echo):
    """Fails without an exception."""

    type = "refuse"

    def run(self, run):
        return Failed("not today", {"asked": run.config["value"]})


class Stop(Echo):
    """Ends the execution."""

    type = "stop"

    def run(self, run):
        return Ended(run.config["value"] != "badly", "enough")


class Pause(Echo):
    """Waits a minute, or for ever."""

    type = "pause"
    waits = True

    def run(self, run):
        for_ever = run.config["value"] == "for ever"
        until = None if for_ever else run.now + timedelta(minutes=1)
        return Waiting(until, "waited")


class Choose(Echo):
    """Takes branch yes or no."""

    type = "choose"
    branches = {"yes": "Yes", "no": "No"}

    def run(self, run):
        chosen = bool(run.config["value"])
        return Succeeded(chosen, branch="yes" if chosen else "no")


class Write(Echo):
    """Creates a category of this name, and raises afterwards if it is `bad…`."""

    type = "write"
    effect = Effect.DATABASE

    def run(self, run):
        name = str(run.config["value"])
        Category.objects.create(name=name)
        if name.startswith("bad"):
            raise ValueError(name)
        return Succeeded(name)


class Odd(Echo):
    """Gives what nobody can store."""

    type = "odd"

    def run(self, run):
        return Succeeded({"callback": self.run})


class Outside(Echo):
    """Keeps in mind what it was asked, and answers."""

    type = "outside"
    effect = Effect.OUTSIDE
    asked = []

    def run(self, run):
        self.asked.append(run)
        return super().run(run)


class Flaky(Echo):
    """Goes wrong in the ways that `troubles` lists, and then gives its value.

    A fault is what it answers, or what it raises.
    """

    type = "flaky"
    troubles = []
    asked = []

    def run(self, run):
        self.asked.append(run)
        if not self.troubles:
            return super().run(run)
        fault = self.troubles.pop(0)
        if isinstance(fault, BaseException):
            raise fault
        return fault


class FlakyWrite(Flaky):
    """Creates a category before it goes wrong or not."""

    type = "flaky_write"
    effect = Effect.DATABASE

    def run(self, run):
        Category.objects.create(name=f"{run.config['value']}, try {run.attempt}")
        return super().run(run)


class FlakyCall(Flaky):
    """Does so in the world outside."""

    type = "flaky_call"
    effect = Effect.OUTSIDE


TYPES = (
    *(Echo, Boom, Refuse, Stop, Pause, Choose, Write, Odd, Outside),
    *(Flaky, FlakyWrite, FlakyCall),
)


@contextmanager
def registered(*types):
    with ExitStack() as stack:
        for kind in types or TYPES:
            stack.enter_context(registry.nodes.temporarily(kind.type, kind()))
        Outside.asked = []
        Flaky.troubles, Flaky.asked = [], []
        yield


def node(kind, value=None, key="", **values):
    """Write a node as a definition has it."""
    config = {} if value is None else {"value": value}
    return {"key": key or kind, "type": kind, "config": config, **values}
