"""A definition made ready to run: each node knows what comes next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.graph.document import Definition, Line
from workflows.node_options import NodeOptions


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a plan."""

    key: str
    type: str
    title: str
    config: Mapping[str, Any]
    disabled: bool
    #: The node that runs after this one and its branches; None at the end. Behind the
    #: last node of a body that is the node which loops, and so for branches that run
    #: side by side.
    next: str | None
    #: The first node of each branch that has one.
    branches: Mapping[str, str]
    #: Retries, a time limit, what an error does; most nodes have none.
    options: NodeOptions | None = None

    def after(self, branch: str | None) -> str | None:
        """Tell which node follows when this one took `branch`, or none."""
        if branch is None:
            return self.next
        return self.branches.get(branch, self.next)


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, and the one to begin with."""

    first: str | None
    steps: Mapping[str, Step]


def plan(definition: Definition, leading_back: Collection[str] = ()) -> Plan:
    """Work out once what the engine would look up for each execution.

    The branches of the `leading_back` node types lead back to their node.
    """
    steps: dict[str, Step] = {}
    nodes: Line = definition["nodes"]
    _add(nodes, None, steps, leading_back)
    return Plan(first=nodes[0]["key"] if nodes else None, steps=steps)


def _add(
    line: Line, end: str | None, steps: dict[str, Step], leading_back: Collection[str]
) -> None:
    """Add the nodes of a line; behind the last one `end` follows."""
    for position, node in enumerate(line, 1):
        after = line[position]["key"] if position < len(line) else end
        branches = node.get("branches", {})
        steps[node["key"]] = Step(
            key=node["key"],
            type=node["type"],
            title=node.get("title") or "",
            config=node.get("config") or {},
            disabled=bool(node.get("disabled")),
            next=after,
            branches={
                name: inner[0]["key"] for name, inner in branches.items() if inner
            },
            options=NodeOptions.read(node),
        )
        behind = node["key"] if node["type"] in leading_back else after
        for inner in branches.values():
            _add(inner, behind, steps, leading_back)
