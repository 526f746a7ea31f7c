"""What keeps a version from running, a sentence for each problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from workflows import registry
from workflows.codec import encode
from workflows.exceptions import (
    InvalidDefinition,
    LoopsTooDeep,
    NotRegistered,
    ResultNotStorable,
)
from workflows.expressions import ScopeNames
from workflows.graph import Definition, Node, around, before, check, find, walk
from workflows.models import WorkflowVersion
from workflows.node_options import NodeOptions


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


def _waiting_problems(definition: Definition) -> Iterator[Problem]:
    """Refuse nodes that wait where the caller waits for the end."""
    for node in walk(definition) if not check(definition) else ():
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


def definition_problems(
    definition: Definition, trigger: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Check the shape first; only what has the right shape is checked node by node.

    `trigger` are the names that `trigger_names` gives.
    """
    if wrong := check(definition):
        yield from (Problem(message) for message in wrong)
        return
    yield from _storing_problems(definition)
    for node in walk(definition):
        yield from node_problems(definition, node, trigger)


def _storing_problems(value: object) -> Iterator[Problem]:
    """Find before the database does what cannot be stored, such as a NUL."""
    try:
        encode(value)
    except ResultNotStorable as error:
        yield Problem(str(error))


def node_problems(
    definition: Definition, node: Node, trigger: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    key = node["key"]
    try:
        handler = registry.nodes.get(node["type"])
    except NotRegistered as error:
        yield Problem(str(error), node=key)
        return
    form = handler.form_class.for_config(
        node.get("config") or {}, scope=scope_at(definition, key, trigger)
    )
    for field, message in form.problems():
        yield Problem(message, node=key, field=field)
    branches = handler.branches_for(node.get("config") or {})
    for branch in node.get("branches", {}):
        if branch not in branches:
            known = ", ".join(branches) or "none"
            yield Problem(f"It has no branch '{branch}'; it has: {known}.", node=key)
    nests = handler.loops or handler.forks
    if nests and len(_nests_around(definition, key)) >= LoopsTooDeep.MOST:
        yield Problem(str(LoopsTooDeep()), node=key)


def scope_at(
    definition: Definition, key: str, trigger: frozenset[str] = frozenset()
) -> ScopeNames:
    """Tell which names the expressions of a node may use.

    `trigger` are the names that `trigger_names` gives.
    """
    loops = _loops_around(definition, key)
    # What is around it has no result yet.
    around_it = {node["key"] for node in _nests_around(definition, key)}
    earlier = frozenset(_seen_before(definition, key)) - around_it
    scope = ScopeNames(nodes=earlier).with_trigger(trigger)
    variables = variables_at(definition, key)
    if variables is not None:
        scope = replace(scope, fields={**scope.fields, "vars": variables})
    for _loop in loops:
        scope = scope.inside_loop()
    lines = find(definition, key).get("branches", {}).values()
    return replace(
        scope, body=frozenset(node["key"] for line in lines for node in line)
    )


def variables_at(definition: Definition, key: str) -> frozenset[str] | None:
    """Name the variables that may be set when node `key` runs; None: any may be.

    In a loop, the round before has come to the nodes below as well.
    """
    earlier = takewhile(lambda node: node["key"] != key, walk(definition))
    loops = _loops_around(definition, key)[:1]
    lines = [line for loop in loops for line in loop["branches"].values()]
    rounds = (node for line in lines for node in walk({"nodes": line}))
    names: set[str] = set()
    for node in (*earlier, *rounds):
        if node.get("disabled") or node["type"] not in registry.nodes:
            continue
        handler = registry.nodes.get(node["type"])
        if handler.sets_variables:
            fields = handler.form_class.base_fields.items()
            config = {name: field.initial for name, field in fields}
            shape = handler.result_shape({**config, **(node.get("config") or {})})
            if not shape.fields:
                return None
            names.update(field.name for field in shape.fields)
    return frozenset(names)


def _seen_before(definition: Definition, key: str) -> Iterator[str]:
    """Name the nodes that have run before, those in branches side by side too."""
    outer = [node["key"] for node in around(definition, key)]
    for earlier in before(definition, key):
        yield earlier
        if earlier not in outer:
            yield from _seen_in_fork(find(definition, earlier))


def _seen_in_fork(fork: Node) -> Iterator[str]:
    if fork["type"] in registry.leading_back() - registry.looping():
        for line in fork.get("branches", {}).values():
            for node in line:
                yield node["key"]
                yield from _seen_in_fork(node)


def _nests_around(definition: Definition, key: str) -> list[Node]:
    nesting = registry.leading_back()
    return [node for node in around(definition, key) if node["type"] in nesting]


def _loops_around(definition: Definition, key: str) -> list[Node]:
    looping = registry.looping()
    return [node for node in around(definition, key) if node["type"] in looping]
