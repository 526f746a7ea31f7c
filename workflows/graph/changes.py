"""Changes to a definition that people make: moved, copied and renamed nodes."""

from collections.abc import Iterable, Iterator

from workflows.graph.document import (
    Definition,
    Line,
    Node,
    copied,
    find,
    insert,
    remove,
    take_key,
    walk,
)


def inside(node: Node) -> Iterator[Node]:
    """Go through a node and everything in its branches."""
    return walk({"nodes": [node]})


def move(definition: Definition, key: str, *, after: str, branch: str) -> Definition:
    """Take a node with its branches to another place.

    Raises `KeyError` if there is no such node or place, and `ValueError` if the place
    is inside the node itself.
    """
    node = find(definition, key)
    if after in {each["key"] for each in inside(node)}:
        if after == key and not branch:
            return copied(definition)
        raise ValueError(after)
    return insert(remove(definition, key), node, after=after, branch=branch)


def new_keys(definition: Definition, nodes: Iterable[Node]) -> dict[str, str]:
    """Find a free key for each node of `nodes` whose own is taken in `definition`."""
    taken = {node["key"] for node in walk(definition)}
    incoming = [node["key"] for node in walk({"nodes": list(nodes)})]
    reserved = taken | set(incoming)
    changed = {}
    for key in incoming:
        if key in taken:
            changed[key] = take_key(key, reserved)
    return changed


def insert_line(
    definition: Definition, nodes: Line, *, after: str, branch: str
) -> Definition:
    """Put several nodes behind each other at one place."""
    changed = definition
    for node in nodes:
        changed = insert(changed, node, after=after, branch=branch)
        after, branch = node["key"], ""
    return changed


def place_of(definition: Definition, key: str) -> tuple[str, str]:
    """Say where a node stands, as `insert` takes it: behind what, in which branch."""
    found = _place_of(definition["nodes"], key, ("", ""))
    if found is None:
        raise KeyError(key)
    return found


def _place_of(line: Line, key: str, place: tuple[str, str]) -> tuple[str, str] | None:
    for node in line:
        if node["key"] == key:
            return place
        for name, branch in node.get("branches", {}).items():
            inner = _place_of(branch, key, (node["key"], name))
            if inner is not None:
                return inner
        place = (node["key"], "")
    return None
