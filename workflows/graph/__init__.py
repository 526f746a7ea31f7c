"""The definition of a workflow, a JSON document, and pure functions over it."""

from workflows.graph.document import (
    Definition,
    Node,
    around,
    before,
    empty,
    find,
    insert,
    new_key,
    remove,
    replace,
    walk,
)
from workflows.graph.plan import Plan, Step, plan
from workflows.graph.schema import SCHEMA, check

__all__ = [
    "SCHEMA",
    "Definition",
    "Node",
    "Plan",
    "Step",
    "around",
    "before",
    "check",
    "empty",
    "find",
    "insert",
    "new_key",
    "plan",
    "remove",
    "replace",
    "walk",
]
