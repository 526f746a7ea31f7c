"""Changes to a version: guarded against frozen versions and lost updates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from workflows import registry
from workflows.exceptions import EditConflict, VersionFrozen
from workflows.graph import Definition
from workflows.models import WorkflowVersion
from workflows.services.endings import make_room
from workflows.services.validation import (
    definition_problems,
    require_none,
    trigger_names,
    trigger_problems,
)
from workflows.services.versions import locked, rearm, subscription_of


def change_definition(
    version: WorkflowVersion, definition: Definition, *, revision: int | None = None
) -> WorkflowVersion:
    """Replace the nodes of a version that has not run.

    Raises `VersionFrozen`, `EditConflict` if `revision` is not the stored one, and
    `InvalidDefinition`.
    """
    require_none(definition_problems(definition, trigger_names(version)))
    with transaction.atomic():
        stored = _open(version, revision)
        stored.definition = definition
        return _save(stored)


def change_trigger(
    version: WorkflowVersion,
    kind: str,
    config: Mapping[str, Any],
    now: datetime,
    *,
    revision: int | None = None,
) -> WorkflowVersion:
    """Replace the trigger of a version that has not run; re-arm it if enabled."""
    require_none(trigger_problems(kind, config))
    with transaction.atomic():
        stored = _open(version, revision)
        with rearm(stored, now):
            stored.trigger_type, stored.trigger_config = kind, dict(config)
            return _save(stored)


def change_options(
    version: WorkflowVersion, options: Mapping[str, Any], now: datetime
) -> WorkflowVersion:
    """Replace the options, of a frozen version too: they do not change what it did."""
    with transaction.atomic():
        stored = locked(version)
        _take_back(stored)
        stored.options = dict(options)
        changed = _save(stored)
        make_room({version.pk}, now)
    return changed


def _open(version: WorkflowVersion, revision: int | None) -> WorkflowVersion:
    stored = locked(version)
    _take_back(stored)
    if stored.is_frozen:
        raise VersionFrozen(str(stored))
    if revision is not None and revision != stored.revision:
        raise EditConflict(str(stored), revision, stored.revision)
    return stored


def _take_back(version: WorkflowVersion) -> None:
    """Let nothing start by the old rules that was inserted ahead; count what did."""
    if version.enabled:
        trigger = registry.triggers.get(version.trigger_type)
        trigger.take_back(subscription_of(version))
        version.refresh_from_db(fields=["run_count"])


def _save(version: WorkflowVersion) -> WorkflowVersion:
    version.revision += 1
    version.save()
    return version
