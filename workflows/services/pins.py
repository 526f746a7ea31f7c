"""Pinned results: what nodes give in tests instead of running."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from workflows.codec import encode
from workflows.engine import Given
from workflows.exceptions import CommandRefused
from workflows.graph import Definition, check, find, walk
from workflows.models import Pin, WorkflowVersion

#: The key under which the example of the trigger is pinned.
TRIGGER = ""


def pin(version: WorkflowVersion, key: str, given: Given) -> Pin:
    """Let a node give this in tests; an empty key pins the example of the trigger.

    Frozen versions may have pins as well: runs know nothing of them. Raises
    `CommandRefused` and `ResultNotStorable`.
    """
    encode(given.result)
    if key == TRIGGER:
        _require_context(given.result)
    else:
        _require_node(version.definition, key)
    made, _created = Pin.objects.update_or_create(
        version=version,
        node_key=key,
        defaults={"result": given.result, "branch": given.branch},
    )
    return made


def unpin(version: WorkflowVersion, key: str) -> None:
    version.pins.filter(node_key=key).delete()


def pins_of(version: WorkflowVersion) -> dict[str, Given]:
    """Give what is pinned by the keys of nodes, the trigger's example among them."""
    return {
        each.node_key: Given(each.result, each.branch) for each in version.pins.all()
    }


def copy_pins(source: WorkflowVersion, target: WorkflowVersion) -> None:
    """Let a copy be tested with the same; its nodes have the same keys."""
    Pin.objects.bulk_create(
        Pin(version=target, node_key=key, result=given.result, branch=given.branch)
        for key, given in pins_of(source).items()
    )


def follow(version: WorkflowVersion, before: Definition) -> None:
    """Drop the pins of nodes that an edit took away; one new key is a rename."""
    old, new = _types(before), _types(version.definition)
    gone, added = old.keys() - new.keys(), new.keys() - old.keys()
    if not gone:
        return
    pins = version.pins.filter(node_key__in=gone)
    if len(gone) == len(added) == 1:
        [was], [now] = gone, added
        if old[was] == new[now]:
            pins.update(node_key=now)
            return
    pins.delete()


def _types(definition: Definition) -> dict[str, str]:
    if check(definition):
        return {}
    return {node["key"]: node["type"] for node in walk(definition)}


def _require_node(definition: Definition, key: str) -> None:
    try:
        find(definition, key)
    except KeyError:
        reason = _("there is no node “%(key)s”; it may have been deleted")
        raise CommandRefused(reason % {"key": key[:64]}) from None


def _require_context(value: Any) -> None:
    if not isinstance(value, Mapping):
        raise CommandRefused(_("the example of a trigger is an object with “data”"))
