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
from workflows.services.history import Author, next_step, remember, swap
from workflows.services.pins import follow
from workflows.services.validation import (
    definition_problems,
    require_none,
    shape_problems,
    trigger_names,
    trigger_problems,
)
from workflows.services.versions import locked, rearm, subscription_of

ANYBODY = Author()


def change_definition(
    version: WorkflowVersion,
    definition: Definition,
    *,
    revision: int | None = None,
    author: Author = ANYBODY,
) -> WorkflowVersion:
    """Replace the nodes of a version that has not run.

    Raises `VersionFrozen`, `EditConflict` if `revision` is not the stored one, and
    `InvalidDefinition`.
    """
    require_none(definition_problems(definition, trigger_names(version)))
    return edit(version, definition, revision=revision, author=author)


def edit(
    version: WorkflowVersion,
    definition: Definition,
    *,
    revision: int | None = None,
    author: Author = ANYBODY,
) -> WorkflowVersion:
    """Replace the nodes like `change_definition`, and leave settings to be mended.

    While a version is built its nodes need not be complete; what has no shape is
    refused all the same, and so is any problem in a version that is enabled.
    """
    require_none(shape_problems(definition))
    with transaction.atomic():
        stored = _open(version, revision)
        before, stored.definition = stored.definition, definition
        return _save_nodes(stored, before, author)


def undo(version: WorkflowVersion, *, revision: int | None = None) -> WorkflowVersion:
    """Take the last change to the nodes back; raise `NothingToUndo`."""
    return _step(version, revision, undone=False)


def redo(version: WorkflowVersion, *, revision: int | None = None) -> WorkflowVersion:
    """Make the change again that was undone last; raise `NothingToUndo`."""
    return _step(version, revision, undone=True)


def _step(
    version: WorkflowVersion, revision: int | None, *, undone: bool
) -> WorkflowVersion:
    with transaction.atomic():
        stored = _open(version, revision)
        step = next_step(stored, undone=undone)
        before = stored.definition
        swap(stored, step)
        _require_runnable(stored)
        saved = _save(stored)
        follow(saved, before)
        step.revision = saved.revision
        step.save()
        return saved


def _save_nodes(
    version: WorkflowVersion, before: Definition, author: Author
) -> WorkflowVersion:
    _require_runnable(version)
    saved = _save(version)
    if before != saved.definition:
        remember(saved, before, author)
        follow(saved, before)
    return saved


def _require_runnable(version: WorkflowVersion) -> None:
    """Keep problems out of a version that fires at any moment."""
    if version.enabled:
        names = trigger_names(version)
        require_none(definition_problems(version.definition, names))


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
