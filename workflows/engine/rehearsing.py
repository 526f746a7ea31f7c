"""Rehearse a whole version: the engine runs it in memory, and nothing is kept."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction

from workflows.attempts import Errored
from workflows.conf import settings
from workflows.contracts import Effect, NodeHandler, NodeResult, NodeRun, Succeeded
from workflows.engine.advance import advance
from workflows.engine.asking import Clock
from workflows.engine.calls import Flight
from workflows.engine.compiled import CompiledStep, CompiledVersion, compiled
from workflows.engine.run import Outcome, Run
from workflows.engine.trying import undone
from workflows.exceptions import NodeRaised, WorkflowError
from workflows.forms import NodeForm, compile_config
from workflows.graph import Step
from workflows.models import WorkflowVersion
from workflows.options import Options
from workflows.registry import nodes
from workflows.statements import Claimed, JobRow
from workflows.states import ExecutionStatus, JobStatus

#: Jobs, moments that were waited for and time after which no further node begins.
MOST_JOBS, MOST_WAITS, LONGEST = 500, 100, timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Given:
    """What a node gives without running, and the branch that it takes then."""

    result: Any = None
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What is rehearsed, and with what."""

    #: What expressions see as `trigger`.
    context: Mapping[str, Any]
    #: Nodes that do not run but give this.
    pins: Mapping[str, Given] = field(default_factory=dict)
    #: The node to begin with; empty for the first.
    start: str = ""
    #: Results of nodes before it.
    known: Mapping[str, Any] = field(default_factory=dict)
    #: False: nodes that act in the world outside are skipped.
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How it went; the jobs are in the order in which they began."""

    status: ExecutionStatus
    reason: str
    jobs: list[JobRow]
    took: timedelta


class StandIn(NodeHandler):
    """Gives what was pinned instead of running its node."""

    type = ""
    title = ""

    def __init__(self, given: Given) -> None:
        self.given = given

    def run(self, run: NodeRun) -> NodeResult:
        return Succeeded(self.given.result, self.given.branch or None)


class VariablesStandIn(StandIn):
    """Does so for a node that sets variables."""

    sets_variables = True


def rehearse(version: WorkflowVersion, script: Script, clock: Clock) -> Rehearsed:
    """Run a version from its first node, or another one, to its end.

    It is advanced as by a worker, but no execution is stored, nothing is counted, and
    what is done to the databases of the collections is rolled back. Nobody waits: where
    a node waits for a moment, and before a retry, its clock jumps. A node that waits
    for a reply alone ends it.
    """
    ready = compiled({version.pk: version.revision})[version.pk]
    stage = _Stage(clock)
    began = clock()
    staged = _staged(ready, script)
    stage.jobs = dict(_seeds(staged, stage, script.known))
    run = _run_of(version, staged, script, stage)
    with undone():
        outcome = _play(run, stage)
    jobs = [job for number, job in sorted(stage.jobs.items())][len(script.known) :]
    return Rehearsed(outcome.status, outcome.reason, jobs, clock() - began)


@dataclass(slots=True)
class _Stage:
    """The clock of a rehearsal, its limits, and its jobs so far."""

    clock: Clock
    #: No execution has this id, and no other rehearsal: what is called outside names
    #: its effects by it.
    pk: int = field(default_factory=lambda: -1 - uuid.uuid4().int % 2**31)
    jobs: dict[int, JobRow] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    waits: int = 0
    ends_at: float = field(
        default_factory=lambda: monotonic() + LONGEST.total_seconds()
    )

    def now(self) -> datetime:
        return self.clock() + self.ahead

    def jump(self, moment: datetime) -> None:
        self.waits += 1
        self.ahead += max(moment - self.now(), timedelta(0))

    def is_over(self, run: Run) -> bool:
        is_full = run.job_count >= MOST_JOBS or self.waits >= MOST_WAITS
        return is_full or monotonic() >= self.ends_at

    def keep(self, run: Run) -> None:
        for job in (*run.new_jobs, *run.changed_jobs):
            self.jobs[job.number] = job


def _staged(version: CompiledVersion, script: Script) -> CompiledVersion:
    """Put stand-ins in the places of pinned nodes, and skip what is not to act."""
    steps, plain = dict(version.steps), dict(version.plain)
    for key, compiled_step in version.steps.items():
        if key in script.pins:
            steps[key] = _stand_in(plain[key], script.pins[key])
        elif not script.acts and _is_outside(compiled_step):
            plain[key] = replace(plain[key], disabled=True)
    return replace(version, steps=steps, plain=plain)


def _is_outside(step: CompiledStep | WorkflowError) -> bool:
    return isinstance(step, CompiledStep) and step.effect is Effect.OUTSIDE


def _stand_in(step: Step, given: Given) -> CompiledStep:
    kind = nodes.get(step.type) if step.type in nodes else None
    sets = kind is not None and kind.sets_variables
    is_object = isinstance(given.result, Mapping)
    handler = VariablesStandIn(given) if sets and is_object else StandIn(given)
    return CompiledStep(step, handler, compile_config(NodeForm, {}), Effect.PURE)


def _seeds(
    staged: CompiledVersion, stage: _Stage, known: Mapping[str, Any]
) -> Iterator[tuple[int, JobRow]]:
    """Write jobs for what is known already, with the numbers of the first."""
    pk, now, done = stage.pk, stage.now(), JobStatus.SUCCEEDED
    for number, (key, result) in enumerate(known.items(), 1):
        kind = staged.plain[key].type
        yield number, JobRow(pk, number, key, kind, done, now, result=result)


def _run_of(
    version: WorkflowVersion, staged: CompiledVersion, script: Script, stage: _Stage
) -> Run:
    now = stage.now()
    claimed = Claimed(
        pk=stage.pk,
        workflow_id=version.workflow_id,
        version_id=version.pk,
        context=script.context,
        ancestors=(),
        planned_at=now,
        started_at=now,
        expires_at=None,
        reason="",
        position=script.start,
        job_count=len(stage.jobs),
        token=0,
        deliveries=1,
        revision=version.revision,
        options=Options(),
    )
    return Run(claimed, staged, Options(), list(stage.jobs.values()))


def _play(run: Run, stage: _Stage) -> Outcome:
    while True:
        _advance(run, stage)
        stage.keep(run)
        outcome = run.outcome
        if outcome is None:
            run.committed()
            _call_outside(run, stage)
        elif outcome.status != ExecutionStatus.WAITING or outcome.due_at is None:
            return outcome
        else:
            stage.jump(outcome.due_at)
            run = _woken(run, outcome.due_at, stage)


def _advance(run: Run, stage: _Stage) -> None:
    """Advance as a group of its own would be, and carefully if a node raises."""
    # What goes wrong now is the fault of the node, the database's faults included.
    run.execution.deliveries = settings().max_deliveries
    halted = lambda: stage.is_over(run)  # noqa: E731
    try:
        with transaction.atomic():
            advance(run, stage.now, halted=halted)
    except (NodeRaised, DatabaseError, InterfaceError):
        run.reset()
        with transaction.atomic():
            advance(run, stage.now, careful=True, halted=halted)


def _call_outside(run: Run, stage: _Stage) -> None:
    """Make the calls of all branches, one after the other."""
    calls, run.calls = run.calls, []
    for each in calls:
        flight = Flight(run, each.number, each.call, stage.now, each.limit)
        with transaction.atomic():
            answer = flight()
            if isinstance(answer, Errored):
                transaction.set_rollback(True)
        run.answers[each.number] = answer


def _woken(run: Run, due_at: datetime, stage: _Stage) -> Run:
    """Give the run as a worker would load it at the moment that it waits for."""
    claimed = replace(
        run.execution,
        position=run.root.at or "",
        job_count=run.job_count,
        frames=[frame.stored() for frame in run.root.frames] or None,
        due_at=due_at,
    )
    jobs = [job for _number, job in sorted(stage.jobs.items())]
    return Run(claimed, run.version, run.options, jobs)
