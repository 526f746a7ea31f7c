"""The configuration of the trigger, as the values that receivers work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Model

from triggers.collection.forms import CollectionTriggerForm
from workflows.codec import decode, encode
from workflows.collections import collection
from workflows.forms import CompiledConfig, compile_config


@dataclass(frozen=True)
class CollectionConfig:
    """What a trigger configuration says; see `CollectionTriggerForm` for the JSON."""

    label: str
    events: frozenset[str]
    #: Names of fields; empty: any.
    changed: frozenset[str]
    preload: tuple[str, ...]
    compiled: CompiledConfig

    @property
    def model(self) -> type[Model]:
        """Find the model; raise `CollectionNotAllowed` if it is allowed no more."""
        return collection(self.label)

    def filter(self, trigger: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Give the condition, its expressions replaced by values."""
        scope = {"trigger": trigger, "now": trigger["date"]}
        found: Mapping[str, Any] | None = self.compiled.render(scope)["filter"]
        return found


def config_of(stored: Mapping[str, Any]) -> CollectionConfig:
    """Read a stored configuration; raise `ConfigInvalid` for what is wrong."""
    return _read(encode(stored))


@lru_cache(maxsize=500)
def _read(text: str) -> CollectionConfig:
    """Check once what is asked at every save of a record."""
    compiled = compile_config(CollectionTriggerForm, decode(text))
    constants = compiled.constants
    return CollectionConfig(
        label=constants["collection"],
        events=frozenset(constants["events"]),
        changed=frozenset(constants["changed"] or ()),
        preload=tuple(constants["preload"] or ()),
        compiled=compiled,
    )
