"""Write what a group of executions gained: few statements, however many they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflows.contracts import EndedExecution
from workflows.engine.families import orphan
from workflows.engine.holding import release_held
from workflows.engine.replies import listen
from workflows.engine.run import Run
from workflows.engine.telling import tell_ended
from workflows.models import Execution
from workflows.notices import MOMENTS, notify
from workflows.options import Concurrency
from workflows.statements import Move, statements
from workflows.states import FINAL, ExecutionStatus

#: Ends after which it is kept where the execution stood: it may go on from there.
WRECKED = frozenset(
    {ExecutionStatus.FAILED, ExecutionStatus.ERROR, ExecutionStatus.TIMED_OUT}
)


def flush(owner: int, runs: Sequence[Run], now: datetime) -> None:
    """Write jobs and move the executions; raise `LostClaims` for lost ones.

    The fence is here, at the end of the group: until the commit nobody sees what a
    node did to an execution that was cancelled or taken over meanwhile.
    """
    moves = [_move(run, owner, now) for run in runs]
    jobs = [job for run in runs for job in (*run.new_jobs, *run.changed_jobs)]
    statements().write(owner, moves, jobs)
    if outputs := {run.execution.pk: run.output for run in runs if run.has_output}:
        _write_outputs(outputs)
    if given_up := listen(runs, now):
        orphan(given_up)
    _make_room(runs, now)
    tell_ended(_ends(runs), now)
    if any(move.due_at for move in moves):
        notify(MOMENTS)


def _move(run: Run, owner: int, now: datetime) -> Move:
    execution, outcome = run.execution, run.outcome
    move = Move(
        execution.pk,
        execution.token,
        owner,
        ExecutionStatus.RUNNING,
        execution.reason,
        run.root.at or "",
        run.job_count,
        execution.deliveries,
        due_at=None,
        expires_at=execution.expires_at,
    )
    move.frames = run.root.stored_frames() or None
    if outcome is None and not run.calls:
        # It got somewhere: the claims before this one were not its fault.
        move.deliveries = min(execution.deliveries, 1)
    elif outcome is not None:
        move.owner, move.deliveries = None, 0
        move.status, move.reason = outcome.status, outcome.reason
        move.due_at = outcome.due_at
        move.finished_at = now if outcome.status in FINAL else None
        if outcome.status in WRECKED:
            move.frames = run.wreck or None
    return move


def _write_outputs(outputs: Mapping[int, Any]) -> None:
    """Few executions have any, so that they are not among what is always written."""
    for pk, output in outputs.items():
        Execution.objects.filter(pk=pk).update(output=output)


def _ends(runs: Sequence[Run]) -> list[EndedExecution]:
    return [
        EndedExecution(
            run.execution.pk,
            run.execution.workflow_id,
            run.outcome.status,
            run.execution.ancestors,
        )
        for run in runs
        if run.outcome is not None and run.outcome.status in FINAL
    ]


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
