"""Changes to a version: guarded against frozen versions and lost updates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from workflows.exceptions import EditConflict, InvalidDefinition, VersionFrozen
from workflows.graph import Definition
from workflows.models import WorkflowVersion
from workflows.services.endings import make_room
from workflows.services.validation import (
    definition_problems,
    problems_of,
    trigger_problems,
)
from workflows.services.versions import locked, rearm


def change_definition(
    version: WorkflowVersion, definition: Definition, *, revision: int | None = None
) -> WorkflowVersion:
    """Replace the nodes of a version that has not run.

    Raises `VersionFrozen`, `EditConflict` if `revision` is not the stored one, and
    `InvalidDefinition`.
    """
    if problems := list(definition_problems(definition)):
        raise InvalidDefinition([str(problem) for problem in problems])
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
    if problems := list(trigger_problems(kind, config)):
        raise InvalidDefinition([str(problem) for problem in problems])
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
        stored.options = dict(options)
        changed = _save(stored)
        make_room({version.pk}, now)
    return changed


def _open(version: WorkflowVersion, revision: int | None) -> WorkflowVersion:
    stored = locked(version)
    if stored.is_frozen:
        raise VersionFrozen(str(stored))
    if revision is not None and revision != stored.revision:
        raise EditConflict(str(stored), revision, stored.revision)
    return stored


def _save(version: WorkflowVersion) -> WorkflowVersion:
    version.revision += 1
    version.save()
    return version


def require_valid(version: WorkflowVersion) -> None:
    """Raise `InvalidDefinition` with all that keeps the version from running."""
    if problems := problems_of(version):
        raise InvalidDefinition([str(problem) for problem in problems])
