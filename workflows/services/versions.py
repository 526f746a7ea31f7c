"""Versions: created, enabled, disabled, copied, deleted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext

from workflows import registry
from workflows.contracts import Subscription
from workflows.exceptions import Archived
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.services.pins import copy_pins
from workflows.services.validation import problems_of, require_none

#: Rows that a purge removes at once, so that it never locks for long.
PURGE_CHUNK = 100


def create(
    title: str,
    trigger_type: str,
    trigger_config: Mapping[str, Any] | None = None,
    *,
    description: str = "",
    user: Any = None,
    **values: Any,
) -> WorkflowVersion:
    """Create a workflow with its first version: current, disabled.

    `values` are further columns of the version, such as its definition.
    """
    with transaction.atomic():
        workflow = Workflow.objects.create(
            title=title, description=description, created_by=user
        )
        return WorkflowVersion.objects.create(
            workflow=workflow,
            trigger_type=trigger_type,
            trigger_config=dict(trigger_config or {}),
            current=True,
            **values,
        )


def enable(version: WorkflowVersion, now: datetime) -> WorkflowVersion:
    """Make `version` the enabled and current one of its workflow.

    The version that was enabled is disabled in the same transaction. Raises
    `InvalidDefinition` with every problem, or `Archived`.
    """
    with transaction.atomic():
        stored = locked(version)
        _require_present(stored)
        require_none(problems_of(stored))
        _step_down(stored)
        if not stored.enabled:
            stored.enabled = stored.current = True
            stored.save(update_fields=["enabled", "current", "updated_at"])
            _arm(stored, now)
    return stored


def disable(version: WorkflowVersion) -> WorkflowVersion:
    """Stop `version` from starting executions; it stays current.

    When this returns and its transaction is committed, nothing fires any more.
    """
    with transaction.atomic():
        stored = locked(version)
        if stored.enabled:
            _disarm(stored)
            stored.enabled = None
            stored.save(update_fields=["enabled", "updated_at"])
    return stored


def copy_as_version(version: WorkflowVersion) -> WorkflowVersion:
    """Make the next version of the same workflow: disabled, node keys kept."""
    with transaction.atomic():
        source = locked(version)
        _require_present(source)
        last = source.workflow.versions.aggregate(last=Max("number"))["last"]
        copied = WorkflowVersion.objects.create(
            workflow=source.workflow, number=last + 1, **source.copied_values()
        )
        copy_pins(source, copied)
    return copied


def copy_as_new(
    version: WorkflowVersion, title: str = "", *, user: Any = None
) -> WorkflowVersion:
    """Make a new workflow: "… copy", disabled, its counters at 0, node keys kept."""
    with transaction.atomic():
        source = version.workflow
        name = title or gettext("%(title)s copy") % {"title": source.title[:190]}
        workflow = Workflow.objects.create(
            title=name[:200],
            description=source.description,
            created_by=user,
        )
        workflow.categories.set(source.categories.all())
        copied = WorkflowVersion.objects.create(
            workflow=workflow, current=True, **version.copied_values()
        )
        copy_pins(version, copied)
    return copied


def archive(workflow: Workflow, now: datetime) -> None:
    """Delete a workflow for people: nothing fires, nothing is listed any more.

    Rows go later, by `purge`; the history stays readable until it is deleted itself.
    """
    with transaction.atomic():
        for version in _lock_versions(workflow.pk):
            if version.enabled:
                _disarm(version)
        workflow.versions.update(enabled=None, archived_at=now)
        Workflow.objects.filter(pk=workflow.pk).update(archived_at=now)


def archive_version(version: WorkflowVersion, now: datetime) -> None:
    """Delete one version; deleting the current one deletes the workflow."""
    with transaction.atomic():
        stored = locked(version)
        if stored.current:
            archive(stored.workflow, now)
        else:
            WorkflowVersion.objects.filter(pk=stored.pk).update(archived_at=now)


def purge() -> int:
    """Remove a chunk of archived rows that no history needs; say how many."""
    history = Execution.objects.filter(
        workflow=OuterRef("workflow"), version=OuterRef("pk")
    )
    gone = WorkflowVersion.objects.exclude(archived_at=None)
    chunk = gone.filter(~Exists(history)).values_list("pk", flat=True)[:PURGE_CHUNK]
    removed = WorkflowVersion.objects.filter(pk__in=list(chunk)).delete()[0]
    empty = Workflow.objects.archived().filter(versions=None)[:PURGE_CHUNK]
    ids = list(empty.values_list("pk", flat=True))
    return removed + Workflow.objects.filter(pk__in=ids).delete()[0]


def locked(version: WorkflowVersion) -> WorkflowVersion:
    """Read the version again, its workflow's versions locked until the commit.

    Everything that enables, disables or copies waits here for its turn.
    """
    rows = {row.pk: row for row in _lock_versions(version.workflow_id)}
    return rows[version.pk]


@contextmanager
def rearm(version: WorkflowVersion, now: datetime) -> Iterator[None]:
    """Let the trigger of an enabled version go, and take hold again after a change."""
    if version.enabled:
        _disarm(version)
    yield
    if version.enabled:
        _arm(version, now)


def _lock_versions(workflow_id: int) -> list[WorkflowVersion]:
    Workflow.objects.select_for_update().get(pk=workflow_id)
    versions = WorkflowVersion.objects.select_related("workflow")
    return list(versions.filter(workflow=workflow_id))


def _require_present(version: WorkflowVersion) -> None:
    if version.archived_at is not None:
        raise Archived(str(version))


def _step_down(version: WorkflowVersion) -> None:
    """Disable and un-current the siblings, before the constraint would complain."""
    siblings = version.workflow.versions.exclude(pk=version.pk)
    for sibling in siblings.filter(enabled=True):
        _disarm(sibling)
    siblings.filter(enabled=True).update(enabled=None)
    siblings.filter(current=True).update(current=None)


def _arm(version: WorkflowVersion, now: datetime) -> None:
    registry.triggers.get(version.trigger_type).arm(subscription_of(version), now)


def _disarm(version: WorkflowVersion) -> None:
    # A trigger whose app was removed cannot be asked; it cannot fire either.
    if version.trigger_type in registry.triggers:
        registry.triggers.get(version.trigger_type).disarm(subscription_of(version))


def subscription_of(version: WorkflowVersion) -> Subscription:
    return Subscription(version.workflow_id, version.pk, version.trigger_config)
