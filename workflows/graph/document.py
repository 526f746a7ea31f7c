"""Pure functions over a definition: each returns a new document.

A definition is `{"schema": 1, "nodes": [node, ...]}`, a node
`{"key", "type", "title", "config", "branches": {"name": [node, ...]}}`.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Node: TypeAlias = dict[str, Any]
Line: TypeAlias = list[Node]
Definition: TypeAlias = dict[str, Any]


def empty() -> Definition:
    return {"schema": 1, "nodes": []}


def copied(document: T) -> T:
    """Copy a JSON document, several times as fast as what copies anything."""
    copy: Any = document
    if isinstance(document, dict):
        copy = {name: copied(each) for name, each in document.items()}
    elif isinstance(document, list):
        copy = [copied(each) for each in document]
    return copy  # type: ignore[no-any-return]  # of the same shape


def walk(definition: Definition) -> Iterator[Node]:
    """Go through all nodes in the order of the document, branches before the rest."""
    yield from _walk_line(definition["nodes"])


def _walk_line(line: Line) -> Iterator[Node]:
    for node in line:
        yield node
        for branch in node.get("branches", {}).values():
            yield from _walk_line(branch)


def find(definition: Definition, key: str) -> Node:
    """Find a node by its key; raise `KeyError` if there is none."""
    for node in walk(definition):
        if node["key"] == key:
            return node
    raise KeyError(key)


def before(definition: Definition, key: str) -> list[str]:
    """List the keys whose results are certain to exist when node `key` runs.

    Those are the earlier nodes of its own line and of the lines around it. A node in
    a branch that may not have been taken is not among them.
    """
    found = _before(definition["nodes"], key)
    if found is None:
        raise KeyError(key)
    return found


def _before(line: Line, key: str) -> list[str] | None:
    earlier: list[str] = []
    for node in line:
        if node["key"] == key:
            return earlier
        earlier.append(node["key"])
        for branch in node.get("branches", {}).values():
            inner = _before(branch, key)
            if inner is not None:
                return earlier + inner
    return None


def around(definition: Definition, key: str) -> list[Node]:
    """List the nodes in whose branches node `key` is, the outermost first."""
    found = _around(definition["nodes"], key)
    if found is None:
        raise KeyError(key)
    return found


def _around(line: Line, key: str) -> list[Node] | None:
    for node in line:
        if node["key"] == key:
            return []
        for branch in node.get("branches", {}).values():
            inner = _around(branch, key)
            if inner is not None:
                return [node, *inner]
    return None


def new_key(definition: Definition, kind: str) -> str:
    """Make a key for a new node: its type, numbered if that is taken."""
    stem = "".join(c if c.isascii() and c.isalnum() else "_" for c in kind.lower())[:50]
    stem = stem if stem[:1].isalpha() else f"n{stem}"
    return take_key(stem, {node["key"] for node in walk(definition)})


def take_key(stem: str, taken: set[str]) -> str:
    """Make `stem` a key that is not among those `taken`, and add it to them."""
    kept = stem.rstrip("0123456789").rstrip("_")[:50] if stem in taken else stem
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{kept}_{number}"
    taken.add(key)
    return key


def replace(definition: Definition, key: str, **values: Any) -> Definition:
    """Change properties of one node; None takes one away. Raises `KeyError`."""
    changed = copied(definition)
    node = find(changed, key)
    node.update(copied(values))
    for name in [name for name, value in values.items() if value is None]:
        del node[name]
    return changed


def insert(
    definition: Definition, node: Node, *, after: str = "", branch: str = ""
) -> Definition:
    """Put `node` behind node `after`, or first into its `branch`.

    Without `after` the node becomes the first of the workflow. Raises `KeyError`.
    """
    changed = copied(definition)
    node = copied(node)
    if not after:
        changed["nodes"].insert(0, node)
    elif branch:
        find(changed, after).setdefault("branches", {}).setdefault(branch, []).insert(
            0, node
        )
    else:
        line, index = _place(changed["nodes"], after)
        line.insert(index + 1, node)
    return changed


def remove(definition: Definition, key: str, *, keep: str = "") -> Definition:
    """Take a node out, with its branches; those of branch `keep` move up."""
    changed = copied(definition)
    line, index = _place(changed["nodes"], key)
    kept = line[index].get("branches", {}).get(keep, []) if keep else []
    line[index : index + 1] = kept
    return changed


def _place(line: Line, key: str) -> tuple[Line, int]:
    for index, node in enumerate(line):
        if node["key"] == key:
            return line, index
        for branch in node.get("branches", {}).values():
            try:
                return _place(branch, key)
            except KeyError:
                continue
    raise KeyError(key)
