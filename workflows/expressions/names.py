"""Check the names of an expression before it ever runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from workflows.expressions.errors import UnknownName
from workflows.expressions.wording import nearest

ROOTS = frozenset({"trigger", "nodes", "vars", "now", "execution", "workflow"})
FIELDS = MappingProxyType(
    {
        "trigger": frozenset({"data", "date"}),
        "loop": frozenset({"item", "index", "length"}),
    }
)


@dataclass(frozen=True)
class ScopeNames:
    """The names that are known at one node.

    `nodes` are the keys of the earlier nodes; `fields` the parts of a root, where
    they are fixed. `loop` is a root only inside loops. `body` are the keys in the
    node's own body, which are known to what it evaluates for each round.
    """

    nodes: frozenset[str] = frozenset()
    roots: frozenset[str] = ROOTS
    fields: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: FIELDS, hash=False
    )
    body: frozenset[str] = frozenset()

    def with_trigger(self, names: frozenset[str]) -> "ScopeNames":
        """Add parts of `trigger` that its type has besides those of all types."""
        return replace(
            self, fields={**self.fields, "trigger": self.fields["trigger"] | names}
        )

    def inside_loop(self) -> "ScopeNames":
        """Add what the body knows; in a loop inside a loop also `loop.parent`."""
        parent = {"parent"} if "loop" in self.roots else set()
        return replace(
            self,
            nodes=self.nodes | self.body,
            roots=self.roots | {"loop"},
            fields={**self.fields, "loop": FIELDS["loop"] | parent},
            body=frozenset(),
        )

    def knowing(self, root: str, parts: Iterable[str]) -> "ScopeNames":
        """Add a root that one setting of a node knows, with its parts."""
        return replace(
            self,
            roots=self.roots | {root},
            fields={**self.fields, root: frozenset(parts)},
        )


def check_names(names: Iterable[tuple[str, ...]], available: ScopeNames) -> None:
    """Raise UnknownName for the first name, in order, that is not available."""
    for path in sorted(names):
        if fault := fault_of(path, available):
            raise UnknownName(".".join(path), None, fault)


def fault_of(path: tuple[str, ...], available: ScopeNames) -> str:
    root, key = path[0], path[1] if len(path) > 1 else None
    if root not in available.roots:
        if root == "loop":
            return "'loop' is known only inside a loop."
        return f"'{root}' is unknown.{nearest(root, available.roots)}"
    known = available.nodes if root == "nodes" else available.fields.get(root)
    if key is None or known is None or key in known:
        return ""
    sentence = _MISSING.get(root, "'{root}' has no '{key}'.")
    return sentence.format(root=root, key=key) + nearest(key, known)


_MISSING = {
    "nodes": "There is no earlier node '{key}'.",
    "vars": "No node before sets the variable '{key}'.",
}
