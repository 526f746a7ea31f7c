"""What a definition looks like, as JSON Schema, and what is wrong with one."""

from collections import Counter
from typing import Any

from jsonschema import Draft202012Validator

from workflows.graph.document import walk
from workflows.node_options import SCHEMA as OPTIONS

KEY_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
#: A definition nests branches in nodes and nodes in branches; this bounds both.
MAX_NODES = 2000

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Workflow definition",
    "type": "object",
    "required": ["schema", "nodes"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": 1, "description": "The version of this schema."},
        "nodes": {"$ref": "#/$defs/line"},
    },
    "$defs": {
        "line": {
            "type": "array",
            "items": {"$ref": "#/$defs/node"},
            "description": "Nodes that run one after the other.",
        },
        "node": {
            "type": "object",
            "required": ["key", "type"],
            "additionalProperties": False,
            "properties": {
                "key": {
                    "type": "string",
                    "pattern": KEY_PATTERN,
                    "description": "Names the node in expressions; never changes.",
                },
                "type": {"type": "string", "minLength": 1, "maxLength": 64},
                "title": {"type": "string", "maxLength": 200},
                "note": {"type": "string", "maxLength": 2000},
                "disabled": {"type": "boolean"},
                **OPTIONS,
                "config": {"type": "object"},
                "branches": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/line"},
                    "description": "The lines below a branching node, by name.",
                },
            },
        },
    },
}

_VALIDATOR = Draft202012Validator(SCHEMA)


def check(definition: object) -> list[str]:
    """List what is wrong with the shape of a definition, a sentence each."""
    try:
        errors = sorted(_VALIDATOR.iter_errors(definition), key=lambda e: list(e.path))
    except RecursionError:
        return ["The definition is nested too deeply."]
    if errors:
        return [_sentence(error.json_path, error.message) for error in errors[:20]]
    return _double_keys(definition)


def _sentence(path: str, message: str) -> str:
    return f"In the definition, at {path}: {message[:300]}."


def _double_keys(definition: Any) -> list[str]:
    keys = [node["key"] for node in walk(definition)]
    problems = [
        f"The key '{key}' is used by {count} nodes; each needs its own."
        for key, count in Counter(keys).items()
        if count > 1
    ]
    if len(keys) > MAX_NODES:
        problems.append(f"A workflow may have {MAX_NODES} nodes, this has {len(keys)}.")
    return problems
