"""What a campaign runs: workflows by name, their nodes, and how each must end."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """A workflow: its nodes as `key: (type, config)`, and its honest end."""

    nodes: dict[str, tuple[str, Mapping[str, object]]]
    #: How often it is started, compared with others; 0 if only by its schedule.
    weight: int = 0
    status: str = "succeeded"
    #: What the reason of its end contains.
    reason: str = ""
    #: The schedule as it is configured, without `starts_at`.
    schedule: dict[str, object] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)

    def definition(self):
        nodes = [
            {"key": key, "type": kind, "config": config}
            for key, (kind, config) in self.nodes.items()
        ]
        return {"schema": 1, "nodes": nodes}

    def of(self, kind):
        """List the keys of its nodes of one type."""
        return [key for key, (found, _) in self.nodes.items() if found == kind]

    @property
    def is_poison(self):
        return self.status != "succeeded"


PURE = ("pure", {})
LEDGER = ("ledger", {})
OUTSIDE = ("outside", {"seconds": 0.02})
KILLED = "killed its worker 3 times"


def every(expression):
    return {"mode": "time", "repeat": {"kind": "cron", "expression": expression}}


RECIPES = {
    "quick": Recipe({"a": PURE, "b": PURE, "c": PURE}, 40),
    "ledger": Recipe({"a": LEDGER, "b": PURE, "c": LEDGER}, 40),
    "outside": Recipe({"a": OUTSIDE, "b": LEDGER}, 20),
    "mixed": Recipe({"a": LEDGER, "b": OUTSIDE, "c": PURE, "d": LEDGER}, 20),
    "slow": Recipe({"a": ("slow", {"seconds": 0.3}), "b": LEDGER}, 2),
    "held": Recipe({"a": ("ledger", {"seconds": 0.3}), "b": OUTSIDE}, 2),
    "delayed": Recipe(
        {"a": LEDGER, "b": ("delay", {"amount": 1, "unit": "seconds"}), "c": LEDGER}, 10
    ),
    "second": Recipe({"a": LEDGER}, schedule=every("* * * * * *")),
    "other": Recipe({"a": OUTSIDE}, schedule=every("*/2 * * * * *")),
    "appointment": Recipe(
        {"a": LEDGER},
        schedule={
            "mode": "field",
            "collection": "load.appointment",
            "start_field": "at",
        },
    ),
    "disabled": Recipe({"a": OUTSIDE, "b": LEDGER}, 2),
    "archived": Recipe({"a": OUTSIDE, "b": LEDGER}, 2),
    "odd": Recipe({"a": LEDGER, "b": ("odd", {})}, 1, "error", "JSON"),
    "memory": Recipe({"a": LEDGER, "b": ("memory", {})}, 1, "error", "MemoryError"),
}

#: Nodes that kill or hold their worker: each by itself, its neighbours look on.
POISONS = {
    "segfault": Recipe({"a": LEDGER, "b": ("segfault", {})}, 1, "error", KILLED),
    "exit": Recipe({"a": LEDGER, "b": ("exit", {})}, 1, "error", "SystemExit"),
    "called": Recipe({"a": LEDGER, "b": ("called_exit", {})}, 1, "error", "SystemExit"),
    "endless": Recipe(
        {"a": LEDGER, "b": ("endless_call", {})},
        1,
        "timed_out",
        "longer than allowed",
        options={"timeout": 3},
    ),
    "hanging": Recipe({"a": LEDGER, "b": ("hang", {})}, 1, "error", "Timeout"),
}

#: Nodes that take their time, so that a test can strike in their middle.
LONG = {
    "long": Recipe({"a": ("slow", {"seconds": 1.5}), "b": LEDGER}, 1),
    "call": Recipe({"a": ("outside", {"seconds": 1.5}), "b": LEDGER}, 1),
    "write": Recipe({"a": ("ledger", {"seconds": 1.5}), "b": PURE}, 1),
}

ALL = {**RECIPES, **POISONS, **LONG}
