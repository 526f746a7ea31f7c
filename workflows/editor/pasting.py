"""Copied nodes: read, given free keys, and their references written anew."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from workflows.codec import decode
from workflows.exceptions import CommandRefused
from workflows.expressions import rename_nodes
from workflows.graph import (
    Definition,
    Node,
    check,
    insert_line,
    new_keys,
    walk,
)

#: Characters of JSON that one paste may have.
LONGEST = 2_000_000


def nodes_from(text: str) -> list[Node]:
    """Read nodes from JSON, as the editor copies them; raise `CommandRefused`."""
    if len(text) > LONGEST:
        raise CommandRefused(_("there is too much to paste"))
    try:
        nodes = decode(text)
    except (json.JSONDecodeError, RecursionError):
        raise CommandRefused(_("what was copied is no list of nodes")) from None
    wrong = check({"schema": 1, "nodes": nodes})
    if wrong or not nodes:
        raise CommandRefused(_("what was copied is no list of nodes"))
    found: list[Node] = nodes
    return found


def paste(
    definition: Definition, nodes: list[Node], *, after: str, branch: str
) -> tuple[Definition, str]:
    """Put copies of nodes at a place; give the key of the first as well.

    A key that is taken is numbered, and the copies refer to each other by their new
    keys. References to nodes that were not copied stay what they are.
    """
    copies = with_keys(nodes, new_keys(definition, nodes))
    changed = insert_line(definition, copies, after=after, branch=branch)
    return changed, copies[0]["key"]


def with_keys(nodes: list[Node], keys: Mapping[str, str]) -> list[Node]:
    """Copy nodes with other keys, in themselves and in what refers to them."""
    return [_with_keys(node, keys) for node in nodes]


def _with_keys(node: Node, keys: Mapping[str, str]) -> Node:
    copied: dict[str, Any] = {**node, "key": keys.get(node["key"], node["key"])}
    if "config" in node:
        copied["config"] = rename_nodes(node["config"], keys)
    if "branches" in node:
        copied["branches"] = {
            name: with_keys(line, keys) for name, line in node["branches"].items()
        }
    return copied


def renamed(definition: Definition, old: str, new: str) -> Definition:
    """Give a node another key, and write it into everything that refers to it."""
    if new in {node["key"] for node in walk(definition)}:
        raise CommandRefused(_("the key “%(key)s” is taken") % {"key": new})
    return {**definition, "nodes": with_keys(definition["nodes"], {old: new})}
