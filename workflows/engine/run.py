"""A claimed execution in the hands of a worker: what it has and what it gained."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.contracts import NodeResult, NodeRun
from workflows.engine.compiled import CompiledStep, CompiledVersion
from workflows.graph import Step
from workflows.options import Options
from workflows.statements import Claimed, JobRow
from workflows.states import ExecutionStatus, JobStatus


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
    resumes: bool = False

    def __call__(self) -> NodeResult:
        handler = self.compiled.handler
        return (handler.resume if self.resumes else handler.run)(self.node_run)


@dataclass(slots=True)
class Run:
    """One claimed execution. `reset` forgets all that is not committed yet."""

    execution: Claimed
    version: CompiledVersion
    options: Options = field(default_factory=Options)
    stored: Sequence[JobRow] = ()
    at: str | None = None
    results: dict[str, Any] = field(default_factory=dict)
    #: The job of node `at` that was begun or that waits, if there is one.
    open_job: JobRow | None = None
    new_jobs: list[JobRow] = field(default_factory=list)
    changed_jobs: list[JobRow] = field(default_factory=list)
    outcome: Outcome | None = None
    #: The call to the world outside that begins once this is committed.
    call: Any = None
    #: What that call gave; kept until the group that settles it is committed.
    answer: Any = None
    answer_used: bool = False

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Go back to what the database holds."""
        done = {JobStatus.SUCCEEDED, JobStatus.SKIPPED}
        self.results = {j.node_key: j.result for j in self.stored if j.status in done}
        self.at = self.execution.position or self.version.first
        self.open_job = self._find_open_job()
        self.new_jobs, self.changed_jobs = [], []
        self.outcome = self.call = None
        self.answer_used = False

    def _find_open_job(self) -> JobRow | None:
        if not self.stored:
            return None
        last = self.stored[-1]
        is_open = last.status in {JobStatus.RUNNING, JobStatus.WAITING}
        return last if is_open and last.node_key == self.at else None

    @property
    def is_going(self) -> bool:
        return self.outcome is None

    @property
    def job_count(self) -> int:
        return self.execution.job_count + len(self.new_jobs)

    @property
    def step(self) -> Step:
        return self.version.plain[self.at or ""]

    def add_job(self, now: datetime, **values: Any) -> JobRow:
        step = self.step
        job = JobRow(
            self.execution.pk,
            self.job_count + 1,
            step.key,
            step.type,
            started_at=now,
            **values,
        )
        self.new_jobs.append(job)
        return job

    def touch(self, job: JobRow) -> JobRow:
        """Give a job to change: a copy if it is stored, so that `reset` can go back."""
        if any(jobs and jobs[-1] is job for jobs in (self.new_jobs, self.changed_jobs)):
            return job
        changed = copy.copy(job)
        self.changed_jobs.append(changed)
        return changed

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
        """Take what was just written as the new ground."""
        self.execution.position = self.at or ""
        self.execution.job_count = self.job_count
        self.execution.token += 1
        changed = {job.number for job in self.changed_jobs}
        kept = [job for job in self.stored if job.number not in changed]
        self.stored = [*kept, *self.changed_jobs, *self.new_jobs]
        self.new_jobs, self.changed_jobs = [], []
        if self.answer_used:
            self.answer, self.answer_used = None, False

    def scope(self, now: datetime) -> dict[str, Any]:
        """Give the names that expressions of this execution see."""
        execution = self.execution
        return {
            "trigger": execution.context,
            "nodes": self.results,
            "now": now,
            "execution": {"id": execution.pk, "planned_at": execution.planned_at},
            "workflow": self.version.workflow,
        }
