"""The counters of workflows and versions: each execution adds one, once."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import F

from workflows.models import Workflow, WorkflowVersion


def count(executions: Iterable[tuple[int, int]]) -> None:
    """Count executions, given as (workflow id, version id), on both."""
    pairs = list(executions)
    count_on(Workflow, (workflow_id for workflow_id, _ in pairs))
    count_on(WorkflowVersion, (version_id for _, version_id in pairs))


def count_on(model: type[Workflow | WorkflowVersion], ids: Iterable[int]) -> None:
    """Add to the counters, one statement for all rows that get the same increment."""
    counts = Counter(ids)
    for increment in sorted(set(counts.values())):
        alike = sorted(pk for pk, times in counts.items() if times == increment)
        rows = model._default_manager.filter(pk__in=alike)
        rows.update(run_count=F("run_count") + increment)


def count_within(workflow_id: int, limit: int) -> bool:
    """Count one more on a workflow, unless it has run so often.

    The condition is part of the increment, so that a limit is never overshot,
    whatever runs in parallel.
    """
    room = Workflow.objects.filter(pk=workflow_id, run_count__lt=limit)
    return bool(room.update(run_count=F("run_count") + 1))
