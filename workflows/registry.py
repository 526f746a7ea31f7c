"""The node types and trigger types there are; plug-ins add theirs by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from workflows.contracts import (
    EndListener,
    Lane,
    NodeHandler,
    Switch,
    Template,
    Trigger,
)
from workflows.exceptions import AlreadyRegistered, NotRegistered
from workflows.poller import Poller

T = TypeVar("T")


class Registry(Generic[T]):
    """Names and what stands behind them, in the order of registration."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> None:
        if name in self._entries:
            raise AlreadyRegistered(self.kind, name)
        self._entries[name] = entry

    def get(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise NotRegistered(self.kind, name, list(self._entries)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def items(self) -> Iterator[tuple[str, T]]:
        return iter(self._entries.items())

    @contextmanager
    def temporarily(self, name: str, entry: T) -> Iterator[T]:
        """Register for the length of a `with`, in tests."""
        self.add(name, entry)
        try:
            yield entry
        finally:
            self._entries.pop(name, None)


nodes: Registry[NodeHandler] = Registry("node")
triggers: Registry[Trigger] = Registry("trigger")
#: What the scheduler process does besides sleeping.
pollers: Registry[type[Poller]] = Registry("poller")
#: What stops something for all workflows; the admin offers and announces it.
switches: Registry[Switch] = Registry("switch")
#: What worker processes do besides executions.
lanes: Registry[Lane] = Registry("lane")
#: What follows when an execution has ended.
end_listeners: Registry[EndListener] = Registry("end listener")

#: Finished workflows to begin with, in the order of the gallery.
templates: Registry[Template] = Registry("template")


def register_node(handler: type[NodeHandler]) -> None:
    nodes.add(handler.type, handler())


def looping() -> frozenset[str]:
    """Name the node types whose branches are bodies."""
    return frozenset(name for name, handler in nodes.items() if handler.loops)


def leading_back() -> frozenset[str]:
    """Name the node types to which the ends of their branches lead back."""
    return frozenset(name for name, each in nodes.items() if each.loops or each.forks)


def register_trigger(trigger: type[Trigger]) -> None:
    triggers.add(trigger.type, trigger())


def register_poller(poller: type[Poller]) -> None:
    pollers.add(poller.__name__, poller)


def register_switch(switch: type[Switch]) -> None:
    switches.add(switch.name, switch())


def register_lane(lane: type[Lane]) -> None:
    lanes.add(lane.name, lane())


def register_end_listener(listener: type[EndListener]) -> None:
    end_listeners.add(listener.name, listener())


def register_template(template: Template) -> None:
    templates.add(template.name, template)
