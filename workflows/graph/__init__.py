"""The definition of a workflow, a JSON document, and pure functions over it."""

from workflows.graph.changes import insert_line, inside, move, new_keys, place_of
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
    "insert_line",
    "inside",
    "move",
    "new_key",
    "new_keys",
    "place_of",
    "plan",
    "remove",
    "replace",
    "walk",
]
