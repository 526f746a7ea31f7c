"""Places of a workflow at which nodes would lose what they read, or be read in vain."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from workflows import registry
from workflows.editor.canvas import branches_of, title_of
from workflows.expressions import ScopeNames, names_read
from workflows.graph import Definition, Node, find, inside, remove, walk
from workflows.services import scopes_of

#: A place as `graph.insert` takes it: behind which node, or first in which branch.
Slot = tuple[str, str]
#: Names that are known somewhere only, besides results: variables, and rounds.
VARS, LOOP = "vars", "loop"


def risks_of_moving(definition: Definition, key: str) -> dict[Slot, str]:
    """Say for each place why it is a risk for a node to go there, if it is one."""
    known = {at: place.scope for at, place in scopes_of(definition).items()}
    moved = list(inside(find(definition, key)))
    own = {("nodes", each["key"]) for each in moved}
    read = {
        pair
        for each in moved
        for pair in _reads(each)
        if pair not in own and _knows(known[each["key"]], *pair)
    }
    rest = remove(definition, key)
    readers = [
        each
        for each in walk(rest)
        if _sees(each, known[each["key"]], key) and own & set(_reads(each))
    ]
    return _risks(rest, sorted(read), readers)


def risks_of_pasting(definition: Definition, nodes: Sequence[Node]) -> dict[Slot, str]:
    """Say the same for copied nodes; nothing here reads them yet."""
    copied = list(walk({"nodes": list(nodes)}))
    own = {("nodes", each["key"]) for each in copied}
    read = {pair for each in copied for pair in _reads(each)}
    return _risks(definition, sorted(read - own), [])


def _reads(node: Node) -> Iterator[tuple[str, str]]:
    return names_read(node.get("config") or {})


def _risks(
    definition: Definition, read: Sequence[tuple[str, str]], readers: Sequence[Node]
) -> dict[Slot, str]:
    slots: dict[str, Slot] = {}
    staked = {**definition, "nodes": _staked(definition["nodes"], ("", ""), slots)}
    places = scopes_of(staked)
    titles = {node["key"]: _title(node) for node in walk(definition)}
    found = {}
    for mark, slot in slots.items():
        scope = places[mark].scope
        reasons = [
            *(_missing(pair, titles) for pair in read if not _knows(scope, *pair)),
            *(
                _in_vain(node)
                for node in readers
                if not _sees(node, places[node["key"]].scope, mark)
            ),
        ]
        if reasons:
            found[slot] = reasons[0]
    return found


def _staked(line: list[Node], first: Slot, slots: dict[str, Slot]) -> list[Node]:
    """Put a mark at each place of a line and of all that are inside of it."""
    staked = [_mark(first, slots)]
    for node in line:
        stored = node.get("branches", {})
        branches = {
            name: _staked(stored.get(name, []), (node["key"], name), slots)
            for name in branches_of(node)
        }
        staked += [{**node, "branches": branches}, _mark((node["key"], ""), slots)]
    return staked


def _mark(slot: Slot, slots: dict[str, Slot]) -> Node:
    key = f"#{len(slots)}"
    slots[key] = slot
    return {"key": key, "type": ""}


def _knows(scope: ScopeNames, root: str, name: str) -> bool:
    """Tell whether a name is known; what is known everywhere is."""
    if root == "nodes":
        return name in scope.nodes
    if root == LOOP:
        return LOOP in scope.roots
    known = scope.fields.get(VARS)
    return root != VARS or known is None or name in known


def _sees(reader: Node, scope: ScopeNames, key: str) -> bool:
    """Tell whether a node knows another; one that loops asks its body as well."""
    loops = reader["type"] in registry.looping()
    return key in scope.nodes or (loops and key in scope.body)


def _missing(pair: tuple[str, str], titles: Mapping[str, str]) -> str:
    root, name = pair
    if root == LOOP:
        return _("It reads the round of a loop, and here is none.")
    if root == VARS:
        return _("It reads the variable “%(name)s”, which is not set by then.") % {
            "name": name
        }
    named = {"node": titles.get(name, name)}
    return _("It reads “%(node)s”, which is not certain to have run by then.") % named


def _in_vain(node: Node) -> str:
    named = {"node": _title(node)}
    return _("“%(node)s” reads it, and it would not be certain to have run.") % named


def _title(node: Node) -> Any:
    return (node.get("title") or title_of(node["type"]))[:60]
