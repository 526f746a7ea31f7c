"""What a definition looks like, as JSON Schema, and what is wrong with one."""

import re
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
_OPTIONS = Draft202012Validator({"type": "object", "properties": OPTIONS})
_KEY = re.compile(KEY_PATTERN.removeprefix("^").removesuffix("$"))
#: What a node may have besides its options, and its longest text.
_TEXTS = {"key": 63, "type": 64, "title": 200, "note": 2000}
_PLAIN = {*_TEXTS, "disabled", "config", "branches"}
#: Deeper branches are left to the validator.
_DEEP = 30


def check(definition: object) -> list[str]:
    """List what is wrong with the shape of a definition, a sentence each."""
    if plainly_right(definition):
        return _double_keys(definition)
    try:
        errors = sorted(_VALIDATOR.iter_errors(definition), key=lambda e: list(e.path))
    except RecursionError:
        return ["The definition is nested too deeply."]
    if errors:
        return [_sentence(error.json_path, error.message) for error in errors[:20]]
    return _double_keys(definition)


def plainly_right(definition: object) -> bool:
    """Tell fast that the validator would find nothing; False: it has to be asked.

    It takes a tenth of a millisecond for each node, and every command of the editor
    asks; nearly every definition is right.
    """
    return (
        isinstance(definition, dict)
        and definition.keys() == {"schema", "nodes"}
        and type(definition["schema"]) is int
        and definition["schema"] == 1
        and _is_line(definition["nodes"], _DEEP)
    )


def _is_line(line: object, depth: int) -> bool:
    return (
        isinstance(line, list)
        and depth > 0
        and all(_is_node(node, depth) for node in line)
    )


def _is_node(node: object, depth: int) -> bool:
    if not isinstance(node, dict) or not node.get("type"):
        return False
    branches = node.get("branches", {})
    return (
        all(_is_text(node[name], most) for name, most in _TEXTS.items() if name in node)
        and bool(_KEY.fullmatch(node.get("key", "")))
        and isinstance(node.get("config", {}), dict)
        and isinstance(node.get("disabled", False), bool)
        and _are_options({name: node[name] for name in node.keys() - _PLAIN})
        and isinstance(branches, dict)
        and all(_is_line(line, depth - 1) for line in branches.values())
    )


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most


def _are_options(options: dict[str, Any]) -> bool:
    known = options.keys() <= OPTIONS.keys()
    return known and (not options or _OPTIONS.is_valid(options))


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
