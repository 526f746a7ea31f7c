"""The nodes of a definition as marks, which a template writes down as nested lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows import registry
from workflows.admin.badges import cut, pretty
from workflows.graph import Definition, Node, check


@dataclass(frozen=True)
class Mark:
    """One step while writing: a list or a node begins or ends, or one may be added.

    `kind`: line, end_line, node, end_node, branch, end_branch or slot.
    """

    kind: str
    key: str = ""
    title: str = ""
    branch: str = ""
    type: str = ""
    type_title: str = ""
    summary: str = ""
    note: str = ""
    disabled: bool = False


def outline(definition: Definition) -> list[Mark]:
    """Write down a definition; nothing if it has not even the shape of one.

    Marks instead of nested values keep the template from recursing, however deep the
    branches go.
    """
    if check(definition):
        return []
    return list(_line(definition["nodes"], Mark("slot")))


def _line(nodes: list[Node], slot: Mark) -> Iterator[Mark]:
    yield Mark("line")
    yield slot
    for node in nodes:
        yield from _node(node)
    yield Mark("end_line")


def _node(node: Node) -> Iterator[Mark]:
    key, kind = node["key"], node["type"]
    type_title = title_of(kind)
    yield Mark(
        "node",
        key=key,
        title=node.get("title") or type_title,
        type=kind,
        type_title=type_title,
        summary=_summary(node.get("config") or {}),
        note=node.get("note", ""),
        disabled=bool(node.get("disabled")),
    )
    for branch, title in branches_of(node).items():
        yield Mark("branch", key=key, branch=branch, title=title)
        nodes = node.get("branches", {}).get(branch, [])
        yield from _line(nodes, Mark("slot", key=key, branch=branch, title=title))
        yield Mark("end_branch")
    yield Mark("end_node")
    yield Mark("slot", key=key)


def title_of(kind: str) -> str:
    return str(registry.nodes.get(kind).title) if kind in registry.nodes else kind


def branches_of(node: Node) -> dict[str, str]:
    """Name the branches of a node: those of its type, and others that it has."""
    kind = node["type"]
    config = node.get("config") or {}
    is_known = kind in registry.nodes
    known = registry.nodes.get(kind).branches_for(config) if is_known else {}
    stored = {name: name for name in node.get("branches", {})}
    return {**stored, **{name: str(title) for name, title in known.items()}}


def _summary(config: Mapping[str, Any]) -> str:
    parts = (f"{name}: {_short(value)}" for name, value in config.items())
    return cut(" · ".join(parts), 160)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else pretty(value)
    return cut(" ".join(text.split()), 60)
