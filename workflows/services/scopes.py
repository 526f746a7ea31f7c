"""Which names the expressions of each node may use, found in one pass."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from workflows import registry
from workflows.contracts import shape_of
from workflows.expressions import ScopeNames
from workflows.graph import Definition, Node, walk
from workflows.graph.document import Line


@dataclass(frozen=True, slots=True)
class Place:
    """What is known where a node stands."""

    #: The names that its expressions may use.
    scope: ScopeNames
    #: The loops around it, and the loops and forks.
    loops: int = 0
    nests: int = 0


def scope_at(
    definition: Definition, key: str, trigger: frozenset[str] = frozenset()
) -> ScopeNames:
    """Tell which names the expressions of a node may use; raise `KeyError`.

    `trigger` are the names that `trigger_names` gives.
    """
    return scopes_of(definition, trigger)[key].scope


def scopes_of(
    definition: Definition, trigger: frozenset[str] = frozenset()
) -> dict[str, Place]:
    """Tell for every node what is known where it stands, by its key."""
    looping = registry.looping()
    scopes = _Scopes(looping, registry.leading_back() - looping)
    start = Place(ScopeNames().with_trigger(trigger))
    scopes.add(definition["nodes"], start)
    return scopes.places


class _Scopes:
    """Goes through a definition and keeps in mind what it came by."""

    def __init__(self, looping: Collection[str], forking: Collection[str]) -> None:
        self.looping, self.forking = looping, forking
        self.places: dict[str, Place] = {}
        #: The variables that may be set by now; None: any may be.
        self.variables: frozenset[str] | None = frozenset()

    def add(self, line: Line, start: Place) -> None:
        """Add the nodes of a line; those before it are known already at its start."""
        earlier = start.scope.nodes
        for node in line:
            lines = node.get("branches", {}).values()
            is_loop = node["type"] in self.looping
            if is_loop and not start.loops:
                # The round before has come to the nodes below as well.
                self.note(each for inner in lines for each in walk({"nodes": inner}))
            scope = self._with_variables(replace(start.scope, nodes=earlier))
            body = frozenset(each["key"] for inner in lines for each in inner)
            here = replace(start, scope=replace(scope, body=body))
            self.places[node["key"]] = here
            self.note([node])
            if lines:
                # A copy of all earlier keys; most nodes have no branches.
                below = self._below(replace(start, scope=scope), node)
                for inner in lines:
                    self.add(inner, below)
            earlier |= {node["key"], *self._seen_in(node)}

    def _below(self, place: Place, node: Node) -> Place:
        """Tell what is known at the start of the branches of a node.

        A loop or a fork has no result yet while they run.
        """
        if node["type"] in self.looping:
            scope = place.scope.inside_loop()
            return Place(scope, place.loops + 1, place.nests + 1)
        if node["type"] in self.forking:
            return replace(place, nests=place.nests + 1)
        nodes = place.scope.nodes | {node["key"]}
        return replace(place, scope=replace(place.scope, nodes=nodes))

    def _seen_in(self, node: Node) -> Iterator[str]:
        """Name the nodes in branches side by side, which have run after the fork."""
        if node["type"] in self.forking:
            for line in node.get("branches", {}).values():
                for inner in line:
                    yield inner["key"]
                    yield from self._seen_in(inner)

    def _with_variables(self, scope: ScopeNames) -> ScopeNames:
        if self.variables is None:
            fields = {
                name: each for name, each in scope.fields.items() if name != "vars"
            }
        else:
            fields = {**scope.fields, "vars": self.variables}
        return replace(scope, fields=fields)

    def note(self, nodes: Iterable[Node]) -> None:
        """Keep in mind which variables these nodes set."""
        for node in nodes:
            names = _set_by(node)
            if names is None or self.variables is None:
                self.variables = None
            else:
                self.variables |= names


def _set_by(node: Node) -> frozenset[str] | None:
    if node.get("disabled") or node["type"] not in registry.nodes:
        return frozenset()
    handler = registry.nodes.get(node["type"])
    if not handler.sets_variables:
        return frozenset()
    shape = shape_of(handler, node.get("config") or {})
    if not shape.fields:
        return None
    return frozenset(field.name for field in shape.fields)
