"""A claimed execution in the hands of a worker: what it has and what it gained."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.chains import within
from workflows.contracts import NodeResult, NodeRun
from workflows.engine.compiled import CompiledStep, CompiledVersion, callbacks_of
from workflows.engine.frames import Frame, loop_of, path_of, restored
from workflows.engine.history import DONE
from workflows.exceptions import WorkflowError
from workflows.graph import Step
from workflows.options import Options
from workflows.statements import Claimed, JobRow
from workflows.states import OPEN_JOBS, ExecutionStatus, JobStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the status of an execution becomes when its group is written."""

    status: ExecutionStatus
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A node ready to run: what a thread needs to run it, and nothing more."""

    compiled: CompiledStep
    node_run: NodeRun
    #: Which method of the handler: run, resume, after_round or after_failure.
    method: str = "run"

    def __call__(self) -> NodeResult | None:
        with within(self.node_run.ancestors):
            answer: NodeResult | None = getattr(self.compiled.handler, self.method)(
                self.node_run
            )
        return answer


@dataclass(slots=True)
class Run:
    """One claimed execution. `reset` forgets all that is not committed yet."""

    execution: Claimed
    version: CompiledVersion
    options: Options = field(default_factory=Options)
    #: Jobs that are committed and open, in their order; the done have become results.
    stored: Sequence[JobRow] = ()
    at: str | None = None
    results: dict[str, Any] = field(default_factory=dict)
    #: What nodes have set, by name: the latest of each.
    variables: dict[str, Any] = field(default_factory=dict)
    #: The bodies that it is inside of, the outermost first.
    frames: list[Frame] = field(default_factory=list)
    #: The job of node `at` that was begun or that waits, if there is one.
    open_job: JobRow | None = None
    new_jobs: list[JobRow] = field(default_factory=list)
    changed_jobs: list[JobRow] = field(default_factory=list)
    outcome: Outcome | None = None
    #: When the node that is under way reaches its time limit.
    limit_at: datetime | None = None
    #: The call to the world outside that begins once this is committed.
    call: Any = None
    #: What that call gave; kept until the group that settles it is committed.
    answer: Any = None
    answer_used: bool = False
    #: What an output node gave since the last commit.
    output: Any = None
    has_output: bool = False
    #: The results and variables that are committed.
    _ground: dict[str, Any] = field(default_factory=dict)
    _ground_variables: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ground = {j.node_key: j.result for j in self.stored if j.status in DONE}
        for job in self.stored:
            if job.status == JobStatus.SUCCEEDED:
                self._ground_variables |= self._variables_of(job.node_key, job.result)
        self.stored = [job for job in self.stored if job.status in OPEN_JOBS]
        self.reset()

    def reset(self) -> None:
        """Go back to what the database holds."""
        self.results = dict(self._ground)
        self.variables = dict(self._ground_variables)
        self.at = self.execution.position or self.version.first
        self.frames = restored(self.execution.frames)
        self.open_job = self._find_open_job()
        self.new_jobs, self.changed_jobs = [], []
        self.outcome = self.call = None
        self.answer_used = False
        self.output, self.has_output = None, False

    def _find_open_job(self) -> JobRow | None:
        if not self.stored or self.is_back:
            return None
        last = self.stored[-1]
        return last if last.status in OPEN_JOBS and last.node_key == self.at else None

    @property
    def is_back(self) -> bool:
        """Tell whether a body has ended and its node is to be asked again."""
        return bool(self.frames) and self.frames[-1].key == self.at

    @property
    def is_going(self) -> bool:
        return self.outcome is None

    @property
    def job_count(self) -> int:
        return self.execution.job_count + len(self.new_jobs)

    @property
    def step(self) -> Step:
        return self.version.plain[self.at or ""]

    @property
    def compiled(self) -> CompiledStep:
        """Give the node that is next; raise what is wrong with it."""
        compiled = self.version.steps[self.at or ""]
        if isinstance(compiled, WorkflowError):
            raise compiled
        return compiled

    @property
    def began_at(self) -> datetime | None:
        """Tell when the node that is next began, if this is not its first try.

        Its expressions see that moment as `now`, so that a repeat asks for the same.
        """
        job = self.open_job
        if job is None or job.status == JobStatus.WAITING:
            return None
        return job.started_at

    def set_variables(self, result: Any) -> None:
        """Take over what the node, where the run is, has set, if that is its kind."""
        self.variables |= self._variables_of(self.at or "", result)

    def _variables_of(self, key: str, result: Any) -> Mapping[str, Any]:
        step = self.version.steps.get(key)
        if not isinstance(step, CompiledStep) or not step.handler.sets_variables:
            return {}
        return result or {}

    def add_job(self, now: datetime, **values: Any) -> JobRow:
        step = self.step
        job = JobRow(
            self.execution.pk,
            self.job_count + 1,
            step.key,
            step.type,
            started_at=now,
            round=path_of(self.frames) if self.frames else "",
            **values,
        )
        self.new_jobs.append(job)
        return job

    def touch(self, job: JobRow) -> JobRow:
        """Give a job to change: a copy if it is stored, so that `reset` can go back."""
        is_new = job.number > self.execution.job_count
        if is_new or any(job is known for known in self.changed_jobs):
            return job
        changed = copy.copy(job)
        self.changed_jobs.append(changed)
        return changed

    def latest(self, job: JobRow) -> JobRow:
        """Give a stored job as it will be written."""
        changed = (each for each in self.changed_jobs if each.number == job.number)
        return next(changed, job)

    def job_of(self, frame: Frame) -> JobRow:
        """Find the open job of a node that loops."""
        new = frame.job - self.execution.job_count
        if new > 0:
            return self.new_jobs[new - 1]
        jobs = (*self.changed_jobs, *self.stored)
        return next(job for job in jobs if job.number == frame.job)

    def config_of(self, frame: Frame) -> Mapping[str, Any]:
        """Give the configuration as the node, where the run is, was entered with."""
        if frame.config is None:
            config = self.compiled.config
            frame.config = config.restore(self.job_of(frame).input)
        return frame.config

    @property
    def has_answer(self) -> bool:
        return self.answer is not None and not self.answer_used

    def take_answer(self) -> Any:
        """Give what the call outside said, once; None if there is nothing."""
        if self.answer_used:
            return None
        self.answer_used = self.answer is not None
        return self.answer

    def committed(self) -> None:
        """Take what was just written as the new ground.

        Of the jobs only the open ones stay in memory, however many rounds there are.
        """
        if not self.is_going:
            # It has ended, or another worker may have it by now.
            return
        row = self.execution
        row.position, row.job_count = self.at or "", self.job_count
        row.token += 1
        row.frames = [frame.stored() for frame in self.frames]
        if self.call is None:
            row.deliveries = min(row.deliveries, 1)
        changed = {job.number for job in self.changed_jobs}
        kept = [job for job in self.stored if job.number not in changed]
        jobs = [*kept, *self.changed_jobs, *self.new_jobs]
        self.stored = sorted(
            (job for job in jobs if job.status in OPEN_JOBS), key=lambda job: job.number
        )
        self._ground = dict(self.results)
        self._ground_variables = dict(self.variables)
        self.new_jobs, self.changed_jobs = [], []
        self.output, self.has_output = None, False
        if self.answer_used:
            self.answer, self.answer_used = None, False

    def scope(self, now: datetime) -> dict[str, Any]:
        """Give the names that expressions of this execution see."""
        execution = self.execution
        loop = {"loop": loop_of(self.frames)} if self.frames else {}
        return {
            "trigger": execution.context,
            "nodes": self.results,
            "vars": self.variables,
            "now": now,
            "execution": {
                "id": execution.pk,
                "planned_at": execution.planned_at,
                **callbacks_of(self.version, execution.pk),
            },
            "workflow": self.version.workflow,
            **loop,
        }
