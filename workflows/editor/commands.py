"""Commands of the editor: pure functions from one definition to the next.

What people do to a workflow is one of these, by mouse or keyboard, and whatever the
page looks like. A command names nodes by their keys, and places as `graph.insert`
does: behind which node, or first in which of its branches.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from workflows import registry
from workflows.editor.canvas import branches_of, title_of
from workflows.editor.pasting import nodes_from, paste, renamed
from workflows.exceptions import CommandRefused
from workflows.graph import (
    Definition,
    Node,
    find,
    insert,
    inside,
    move,
    new_key,
    remove,
    replace,
)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command made of a definition."""

    definition: Definition
    #: What was done, in words, for undo and for the log.
    label: str
    #: The node that one looks at next; empty for none.
    focus: str = ""


class Command(ABC):
    """A change that a person asks for; its fields come as texts."""

    @abstractmethod
    def apply(self, definition: Definition) -> Done:
        """Give the next definition; raise `CommandRefused` if it makes no sense."""


@dataclass(frozen=True, slots=True)
class Insert(Command):
    """Puts a new node of a type at a place, its settings at their defaults."""

    type: str = ""
    after: str = ""
    branch: str = ""

    def apply(self, definition: Definition) -> Done:
        if self.type not in registry.nodes:
            reason = _("there is no node type “%(type)s”") % {"type": self.type}
            raise CommandRefused(reason)
        _require_place(definition, self.after, self.branch)
        key = new_key(definition, self.type)
        node = {"key": key, "type": self.type, "config": {}}
        changed = insert(definition, node, after=self.after, branch=self.branch)
        return Done(changed, _("Add %(node)s") % {"node": shown(node)}, key)


@dataclass(frozen=True, slots=True)
class Move(Command):
    """Takes a node and its branches to another place."""

    key: str = ""
    after: str = ""
    branch: str = ""

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        _require_place(definition, self.after, self.branch)
        try:
            changed = move(definition, self.key, after=self.after, branch=self.branch)
        except ValueError:
            raise CommandRefused(_("a node cannot go into itself")) from None
        return Done(changed, _("Move %(node)s") % {"node": shown(node)}, self.key)


@dataclass(frozen=True, slots=True)
class Delete(Command):
    """Takes a node out; the nodes of the branch `keep` move up in its place."""

    key: str = ""
    keep: str = ""

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        if self.keep and self.keep not in node.get("branches", {}):
            raise _no_branch(node, self.keep)
        changed = remove(definition, self.key, keep=self.keep)
        return Done(changed, _("Delete %(node)s") % {"node": shown(node)})


@dataclass(frozen=True, slots=True)
class Duplicate(Command):
    """Copies a node with its branches right behind itself."""

    key: str = ""

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        changed, first = paste(definition, [node], after=self.key, branch="")
        return Done(changed, _("Duplicate %(node)s") % {"node": shown(node)}, first)


@dataclass(frozen=True, slots=True)
class Paste(Command):
    """Puts copied nodes at a place; they may be of another workflow."""

    #: A list of nodes as JSON.
    nodes: str = ""
    after: str = ""
    branch: str = ""

    def apply(self, definition: Definition) -> Done:
        nodes = nodes_from(self.nodes)
        _require_place(definition, self.after, self.branch)
        changed, first = paste(definition, nodes, after=self.after, branch=self.branch)
        return Done(changed, _("Paste %(node)s") % {"node": shown(nodes[0])}, first)


@dataclass(frozen=True, slots=True)
class Rename(Command):
    """Gives a node another title; without one it has that of its type."""

    key: str = ""
    title: str = ""

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        changed = replace(definition, self.key, title=self.title.strip()[:200])
        return Done(changed, _("Rename %(node)s") % {"node": shown(node)}, self.key)


@dataclass(frozen=True, slots=True)
class Toggle(Command):
    """Disables a node, so that it is skipped, or enables it again."""

    key: str = ""

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        is_off = not node.get("disabled")
        changed = replace(definition, self.key, disabled=is_off)
        label = _("Disable %(node)s") if is_off else _("Enable %(node)s")
        return Done(changed, label % {"node": shown(node)}, self.key)


@dataclass(frozen=True, slots=True)
class Update(Command):
    """Gives a node the cleaned values of its form; its key may change."""

    key: str
    values: Mapping[str, Any]

    def apply(self, definition: Definition) -> Done:
        node = _found(definition, self.key)
        values = dict(self.values)
        key = values.pop("key", self.key) or self.key
        changed = replace(definition, self.key, **values)
        if key != self.key:
            changed = renamed(changed, self.key, key)
        return Done(changed, _("Change %(node)s") % {"node": shown(node)}, key)


@dataclass(frozen=True, slots=True)
class Replace(Command):
    """Puts another document in place of all nodes."""

    document: Definition

    def apply(self, definition: Definition) -> Done:
        return Done(self.document, _("Change the document"))


#: Commands whose fields are texts, by the name that the page sends.
COMMANDS: dict[str, type[Command]] = {
    "insert": Insert,
    "move": Move,
    "delete": Delete,
    "duplicate": Duplicate,
    "paste": Paste,
    "rename": Rename,
    "toggle": Toggle,
}


def read(name: str, sent: Mapping[str, str]) -> Command:
    """Make a command from what a page sent; raise `CommandRefused`."""
    if name not in COMMANDS:
        reason = _("there is no command “%(name)s”") % {"name": name[:50]}
        raise CommandRefused(reason)
    kind = COMMANDS[name]
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]  # all are
    return kind(**{name: sent.get(name, "") for name in names})


def shown(node: Node) -> str:
    """Name a node for people: its title, or that of its type, and its key."""
    return f"“{(node.get('title') or title_of(node['type']))[:60]}”"


def _found(definition: Definition, key: str) -> Node:
    try:
        return find(definition, key)
    except KeyError:
        reason = _("there is no node “%(key)s”; it may have been deleted")
        raise CommandRefused(reason % {"key": key[:64]}) from None


def _require_place(definition: Definition, after: str, branch: str) -> None:
    if not after:
        return
    node = _found(definition, after)
    if branch and branch not in branches_of(node):
        raise _no_branch(node, branch)


def _no_branch(node: Node, branch: str) -> CommandRefused:
    names = {"branch": branch[:64], "node": shown(node)}
    return CommandRefused(_("%(node)s has no branch “%(branch)s”") % names)


def branches_with_nodes(node: Node) -> dict[str, str]:
    """Name the branches of a node that hold anything."""
    filled = node.get("branches", {})
    return {
        name: title for name, title in branches_of(node).items() if filled.get(name)
    }


def size_of(node: Node) -> int:
    """Count a node and all that are in its branches."""
    return sum(1 for _each in inside(node))
