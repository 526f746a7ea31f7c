"""Write what a group of executions gained: few statements, however many they are."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workflows.engine.holding import release_held
from workflows.engine.run import Run
from workflows.models import Execution, Job
from workflows.notices import MOMENTS, notify
from workflows.options import Concurrency
from workflows.states import FINAL

_CHANGING = ["status", "result", "error", "traceback", "log", "attempt", "finished_at"]


def flush(runs: Sequence[Run], now: datetime) -> None:
    """Insert and update the jobs, then move the executions; the rows are locked."""
    Job.objects.bulk_create([job for run in runs for job in run.new_jobs])
    changed = [job for run in runs for job in run.changed_jobs]
    if changed:
        Job.objects.bulk_update(changed, _CHANGING)
    _move(runs, now)
    _make_room(runs, now)
    if any(run.outcome and run.outcome.due_at for run in runs):
        notify(MOMENTS)


def _make_room(runs: Sequence[Run], now: datetime) -> None:
    """Let executions start that were held back by those that have ended."""
    freed = {
        run.execution.workflow_id: run.options
        for run in runs
        if run.options.concurrency == Concurrency.QUEUE
        and run.outcome is not None
        and run.outcome.status in FINAL
    }
    for workflow_id, options in sorted(freed.items()):
        release_held(workflow_id, options, now)


def _move(runs: Sequence[Run], now: datetime) -> None:
    """Update together the executions that get the same values."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for run in runs:
        alike[_key(run)].append(run.execution.pk)
    for (outcome, *columns), ids in alike.items():
        names = ("position", "job_count", "started_at", "expires_at")
        values: dict[str, Any] = dict(zip(names, columns, strict=True))
        rows = Execution.objects.filter(pk__in=ids)
        if outcome is None:
            rows.update(**values)
            continue
        values |= {"owner": None, "due_at": outcome.due_at, "deliveries": 0}
        values["reason"] = outcome.reason
        if outcome.status in FINAL:
            values["finished_at"] = now
        rows.move(outcome.status, **values)


def _key(run: Run) -> tuple[Any, ...]:
    execution = run.execution
    return (
        run.outcome,
        run.at or "",
        run.job_count,
        execution.started_at,
        execution.expires_at,
    )
