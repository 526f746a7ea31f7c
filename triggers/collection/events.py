"""From a happening to the events of those who listen and whose condition is met."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Model

from triggers.collection.config import CollectionConfig, config_of
from triggers.collection.forms import UPDATED
from triggers.collection.happenings import Happening, labels_of
from triggers.listening import Kind, listeners
from triggers.models import Listener
from workflows.attempts import Errored, attempt_apart
from workflows.codec import encode
from workflows.collections import record, rows_of
from workflows.filters import is_open, matching
from workflows.services import Event, refuse


def events_of(happening: Happening) -> list[Event]:
    """Make an event for each version that listens and whose condition is met.

    What is wrong with a workflow must not keep anybody from saving a record: it is
    noted in the history of the workflow instead.
    """
    events = []
    found = listeners(Kind.COLLECTION, labels_of(type(happening.instance)))
    for listener in found:
        bare = _bare(happening, listener)
        made = attempt_apart(partial(_context, happening, listener.version))
        if isinstance(made, Errored):
            refuse(bare, happening.now, made.message)
        elif made is not None:
            events.append(replace(bare, context=made))
    return events


def _bare(happening: Happening, listener: Listener) -> Event:
    return Event(
        workflow_id=listener.version.workflow_id,
        version_id=listener.version_id,
        key=f"{listener.version_id}:{happening.event}:{happening.key}",
        context={"date": happening.now, "event": happening.event},
        ancestors=happening.ancestors,
    )


def _context(happening: Happening, version: Any) -> dict[str, Any] | None:
    """Describe what happened; None if the version does not want to know."""
    config = config_of(version.trigger_config)
    if happening.event not in config.events:
        return None
    stored = happening.stored(config.model)
    if stored is None:
        return None
    changed = happening.changed(stored)
    context = {
        "data": record(stored, config.preload),
        "date": happening.now,
        "event": happening.event,
        "before": happening.columns_before(stored),
        "changed": changed,
    }
    if not _is_wanted(happening, config, changed):
        return None
    if not _fits(stored, config, context):
        return None
    encode(context)
    return context


def _is_wanted(
    happening: Happening, config: CollectionConfig, changed: Sequence[str]
) -> bool:
    """Tell whether one of the chosen fields changed, where some are chosen."""
    if happening.event != UPDATED or not config.changed:
        return True
    is_known = happening.before is not None or happening.relation
    return not is_known or bool(config.changed & set(changed))


def _fits(stored: Model, config: CollectionConfig, context: Mapping[str, Any]) -> bool:
    document = config.filter(context)
    if is_open(document):
        return True
    rows = rows_of(config.model).filter(pk=stored.pk)
    return rows.filter(matching(config.model, document)).exists()
