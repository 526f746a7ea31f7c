"""Executions that wait for the ends of others, which they have started."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from workflows.engine.replies import Address, keep_reply
from workflows.models import Child, Execution, lock_free
from workflows.notices import MOMENTS, notify


def tell_parents(ids: Sequence[int], now: datetime) -> list[int]:
    """Reply to the nodes that wait for these ended executions; give who was told.

    A parent that somebody has locked is passed over, so that nobody waits for anybody
    in a circle; a poller tells it soon. Called in a transaction.
    """
    if not ids:
        return []
    found = Child.objects.awaited().filter(execution__in=ids)
    children = list(found.select_related("execution"))
    if not children:
        return []
    rows = Execution.objects.filter(pk__in={child.parent_id for child in children})
    parents = set(lock_free(rows).order_by("pk").values_list("pk", flat=True))
    told = [child for child in children if child.parent_id in parents]
    for child in told:
        keep_reply((child.parent_id, child.number), _end_of(child.execution), now)
    Child.objects.filter(pk__in=[child.pk for child in told]).update(state=None)
    return sorted({child.parent_id for child in told})


def _end_of(execution: Execution) -> dict[str, Any]:
    """Describe an end to the node that waits for it."""
    return {
        "execution": execution.pk,
        "status": str(execution.status),
        "reason": execution.reason,
        "output": execution.output,
    }


def orphan(addresses: Collection[Address]) -> None:
    """Give up the children of nodes that do not wait any more; a poller ends them."""
    found = Child.objects.awaited().filter(
        parent__in={pk for pk, _ in addresses},
        number__in={number for _, number in addresses},
    )
    given_up = [
        child.pk for child in found if (child.parent_id, child.number) in addresses
    ]
    if given_up:
        children = Child.objects.filter(pk__in=given_up)
        children.update(state=Child.State.ORPHANED)
        notify(MOMENTS)
