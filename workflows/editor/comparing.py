"""What differs between two definitions, node by node and line by line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, unified_diff
from typing import Any

from workflows.codec import TypedEncoder
from workflows.graph import Definition, Node, check, walk

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
#: Lines of text around a difference.
CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that two versions have, and that is not the same."""

    #: Dotted: `config.value`, `title`.
    name: str
    #: None: it has no such property.
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one node."""

    key: str
    #: added, removed, changed or moved; what is moved may be changed too.
    kind: str
    #: The node in the version that has it, the newer one if both do.
    node: Node
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two definitions."""

    changes: list[Change] = field(default_factory=list)

    def kinds(self, *kinds: str) -> dict[str, str]:
        """Give the kinds of change by key, for one of the two sides."""
        return {each.key: each.kind for each in self.changes if each.kind in kinds}


def compare(old: Definition, new: Definition) -> Comparison:
    """Compare node by node: a key is a node, wherever it stands."""
    if check(old) or check(new):
        return Comparison()
    before = {node["key"]: node for node in walk(old)}
    after = {node["key"]: node for node in walk(new)}
    moved = _moved(old, new, before.keys() & after.keys())
    changes = [Change(key, REMOVED, before[key]) for key in before if key not in after]
    for key, node in after.items():
        if key not in before:
            changes.append(Change(key, ADDED, node))
            continue
        found = tuple(differences(_own(before[key]), _own(node)))
        if found or key in moved:
            kind = MOVED if key in moved else CHANGED
            changes.append(Change(key, kind, node, found))
    return Comparison(changes)


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str = ""
) -> Iterator[Difference]:
    """List what differs between two objects, inside of objects too."""
    for name in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from differences(before, after, f"{path}{name}.")
        else:
            yield Difference(f"{path}{name}", before, after)


def _own(node: Node) -> dict[str, Any]:
    """Give a node without the others in it, and without what says nothing."""
    return {
        name: value
        for name, value in node.items()
        if name != "branches" and value not in ("", None, False)
    }


def _moved(old: Definition, new: Definition, common: Any) -> set[str]:
    """Find the nodes that stand in another line, or at another place of theirs."""
    before, after = _lines(old, common), _lines(new, common)
    moved = {key for key in common if before[key][0] != after[key][0]}
    for line in {place for place, _index in after.values()}:
        stayed = [key for key in common if before[key][0] == after[key][0] == line]
        was = sorted(stayed, key=lambda key: before[key][1])
        now = sorted(stayed, key=lambda key: after[key][1])
        blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        kept = {key for block in blocks for key in now[block.b : block.b + block.size]}
        moved |= set(now) - kept
    return moved


def _lines(definition: Definition, common: Any) -> dict[str, tuple[Any, int]]:
    """Say for each node in which line it stands, and as which in the document."""
    line_of = {
        each["key"]: (node["key"], branch)
        for node in walk(definition)
        for branch, line in node.get("branches", {}).items()
        for each in line
    }
    return {
        node["key"]: (line_of.get(node["key"], ()), index)
        for index, node in enumerate(walk(definition))
        if node["key"] in common
    }


def text_lines(old: Any, new: Any) -> list[tuple[str, str]]:
    """Compare two values as JSON: kind and text of each line that one should see.

    Kinds: add, remove, same, gap.
    """
    lines = unified_diff(_written(old), _written(new), n=CONTEXT, lineterm="")
    kinds = {"+": "add", "-": "remove", " ": "same", "@": "gap"}
    return [
        (kinds[line[0]], line if line[0] == "@" else line[1:])
        for line in list(lines)[2:]
    ]


def _written(value: Any) -> list[str]:
    text = json.dumps(value, cls=TypedEncoder, indent=2, ensure_ascii=False)
    return text.splitlines()
