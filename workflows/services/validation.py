"""What keeps a version from running, a sentence for each problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows import registry
from workflows.codec import encode
from workflows.exceptions import (
    InvalidDefinition,
    LoopsTooDeep,
    NotRegistered,
    ResultNotStorable,
)
from workflows.graph import Definition, Node, check, walk
from workflows.models import WorkflowVersion
from workflows.node_options import NodeOptions
from workflows.services.scopes import Place, scopes_of


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: `node` is empty for the trigger and the whole."""

    message: str
    node: str = ""
    field: str = ""

    def __str__(self) -> str:
        place = ".".join(part for part in (self.node, self.field) if part)
        return f"{place}: {self.message}" if place else self.message


def problems_of(version: WorkflowVersion) -> list[Problem]:
    """List what must be mended before `version` can be enabled."""
    return [
        *trigger_problems(version.trigger_type, version.trigger_config),
        *definition_problems(version.definition, trigger_names(version)),
        *(_waiting_problems(version.definition) if version.synchronous else ()),
    ]


def problems_at(version: WorkflowVersion, node: Node) -> list[Problem]:
    """List what `problems_of` says of one node, without a look at the others."""
    definition = version.definition
    if any(shape_problems(definition)):
        return []
    place = scopes_of(definition, trigger_names(version))[node["key"]]
    waiting = _waiting_problems_at(node) if version.synchronous else ()
    return [*node_problems(node, place), *waiting]


def _waiting_problems(definition: Definition) -> Iterator[Problem]:
    """Refuse nodes that wait where the caller waits for the end."""
    for node in walk(definition) if not check(definition) else ():
        yield from _waiting_problems_at(node)


def _waiting_problems_at(node: Node) -> Iterator[Problem]:
    if node["type"] in registry.nodes and registry.nodes.get(node["type"]).waits:
        message = "A synchronous workflow cannot wait. Take the node out."
        yield Problem(message, node=node["key"])
    options = NodeOptions.read(node)
    if options is not None and options.retry is not None:
        message = (
            "A synchronous workflow cannot wait for another try. "
            "Let the node be tried once."
        )
        yield Problem(message, node=node["key"])


def require_none(problems: Iterable[Problem]) -> None:
    """Raise `InvalidDefinition` with a sentence for each problem, if there is one."""
    if sentences := [str(problem) for problem in problems]:
        raise InvalidDefinition(sentences)


def trigger_problems(kind: str, config: Mapping[str, Any]) -> Iterator[Problem]:
    try:
        trigger = registry.triggers.get(kind)
    except NotRegistered as error:
        yield Problem(str(error))
        return
    yield from _storing_problems(config)
    form = trigger.form_class.for_config(config)
    for field, message in form.problems():
        yield Problem(message, field=field)


def trigger_names(version: WorkflowVersion) -> frozenset[str]:
    """Name the parts of `trigger` that its type adds to those of all types."""
    if version.trigger_type not in registry.triggers:
        return frozenset()
    trigger = registry.triggers.get(version.trigger_type)
    return frozenset(trigger.more_shapes(version.trigger_config))


def shape_problems(definition: Definition) -> Iterator[Problem]:
    """Find what keeps a definition from being stored, whatever its nodes say."""
    if wrong := check(definition):
        yield from (Problem(message) for message in wrong)
        return
    yield from _storing_problems(definition)


def definition_problems(
    definition: Definition, trigger: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Check the shape first; only what has the right shape is checked node by node.

    `trigger` are the names that `trigger_names` gives.
    """
    wrong = list(shape_problems(definition))
    yield from wrong
    if not wrong:
        places = scopes_of(definition, trigger)
        for node in walk(definition):
            yield from node_problems(node, places[node["key"]])


def _storing_problems(value: object) -> Iterator[Problem]:
    """Find before the database does what cannot be stored, such as a NUL."""
    try:
        encode(value)
    except ResultNotStorable as error:
        yield Problem(str(error))


def node_problems(node: Node, place: Place) -> Iterator[Problem]:
    key = node["key"]
    try:
        handler = registry.nodes.get(node["type"])
    except NotRegistered as error:
        yield Problem(str(error), node=key)
        return
    form = handler.form_class.for_config(node.get("config") or {}, scope=place.scope)
    for field, message in form.problems():
        yield Problem(message, node=key, field=field)
    branches = handler.branches_for(node.get("config") or {})
    for branch in node.get("branches", {}):
        if branch not in branches:
            known = ", ".join(branches) or "none"
            yield Problem(f"It has no branch '{branch}'; it has: {known}.", node=key)
    nests = handler.loops or handler.forks
    if nests and place.nests >= LoopsTooDeep.MOST:
        yield Problem(str(LoopsTooDeep()), node=key)
