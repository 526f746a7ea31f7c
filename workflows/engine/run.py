"""A claimed execution in the hands of a worker: what it has and what it gained."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflows.chains import within
from workflows.contracts import NodeResult, NodeRun
from workflows.engine.compiled import CompiledStep, CompiledVersion, callbacks_of
from workflows.engine.frames import Frame, Track, loop_of, place_of, restored
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


@dataclass(slots=True, eq=False)
class Departure:
    """A call to the world outside that is to begin, and how long it may take."""

    #: That of its job.
    number: int
    call: Callable[[], Any]
    limit: timedelta | None = None


@dataclass(slots=True, eq=False)
class Run:
    """One claimed execution. `reset` forgets all that is not committed yet."""

    execution: Claimed
    version: CompiledVersion
    options: Options = field(default_factory=Options)
    #: Jobs that are committed and open, in their order; the done have become results.
    stored: Sequence[JobRow] = ()
    results: dict[str, Any] = field(default_factory=dict)
    #: What nodes have set, by name: the latest of each.
    variables: dict[str, Any] = field(default_factory=dict)
    #: The execution's own line of nodes, and the one of it that is worked on: the
    #: same outside of forks.
    root: Track = field(default_factory=lambda: Track(None))
    track: Track = field(default_factory=lambda: Track(None))
    new_jobs: list[JobRow] = field(default_factory=list)
    changed_jobs: list[JobRow] = field(default_factory=list)
    outcome: Outcome | None = None
    #: When the node that is under way reaches its time limit.
    limit_at: datetime | None = None
    #: Calls to the world outside that begin once this is committed.
    calls: list["Departure"] = field(default_factory=list)
    #: The numbers of the jobs whose calls are in flight.
    flying: set[int] = field(default_factory=set)
    #: What calls gave, by number; kept until the group that settles it is committed.
    answers: dict[int, Any] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    #: True: somebody else may have it; what its calls still give is of no use.
    is_gone: bool = False
    #: Where all lines stood when the step went wrong that is under way; kept with an
    #: execution that ends by it, so that it may go on from there.
    wreck: list[dict[str, Any]] | None = None
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
        at = self.execution.position or self.version.first
        self.root = self.track = restored(at, self.execution.frames)
        for leaf in self.root.leaves():
            leaf.open_job = self._find_open_job(leaf)
        self.new_jobs, self.changed_jobs = [], []
        self.outcome = None
        self.calls, self.used = [], set()
        self.output, self.has_output = None, False
        self.wreck = None

    def _find_open_job(self, leaf: Track) -> JobRow | None:
        if not self.stored or leaf.is_back:
            return None
        found = (job for job in reversed(self.stored) if job.node_key == leaf.at)
        return next(found, None)

    @property
    def at(self) -> str | None:
        return self.track.at

    @at.setter
    def at(self, key: str | None) -> None:
        self.track.at = key

    @property
    def frames(self) -> list[Frame]:
        return self.track.frames

    @property
    def open_job(self) -> JobRow | None:
        """Give the job of node `at`, if it was begun or waits."""
        return self.track.open_job

    @open_job.setter
    def open_job(self, job: JobRow | None) -> None:
        self.track.open_job = job

    @property
    def woken_at(self) -> datetime | None:
        """Tell for which moment the line that is worked on was woken."""
        is_branch = self.track.parent is not None
        return self.track.due_at if is_branch else self.execution.due_at

    def find_ready(self, now: datetime) -> bool:
        """Choose the line to work on: the one that is, or else the next that can."""
        if not self.root.frames and self.root.open_job is None:
            return True
        if self._is_ready(self.track, now):
            return True
        ready = (leaf for leaf in self.root.leaves() if self._is_ready(leaf, now))
        found = next(ready, None)
        self.track = found or self.track
        return found is not None

    def _is_ready(self, track: Track, now: datetime) -> bool:
        if not any(track is leaf for leaf in self.root.leaves()):
            return False
        return not self._is_calling(track) and not track.is_resting(now)

    def _is_calling(self, track: Track) -> bool:
        number = track.open_job.number if track.open_job else 0
        begun = any(call.number == number for call in self.calls)
        return begun or (number in self.flying and number not in self.answers)

    def take_turns(self) -> None:
        """Begin with another line than the last time, that none has to wait long."""
        if not self.root.frames:
            return
        leaves = list(self.root.leaves())
        at = next((n for n, each in enumerate(leaves) if each is self.track), -1)
        self.track = leaves[(at + 1) % len(leaves)]

    @property
    def is_calling(self) -> bool:
        """Tell whether a line waits for a call; one that was given up does not."""
        if not self.calls and not self.flying:
            return False
        return any(self._is_calling(leaf) for leaf in self.root.leaves())

    @property
    def next_due(self) -> datetime | None:
        """Tell when a branch goes on by itself, or a fork is over its time limit."""
        moments = [leaf.wakes_at for leaf in self.root.leaves()]
        moments += [self.job_of(each.frames[-1]).expires_at for each in self.forked()]
        return min((moment for moment in moments if moment), default=None)

    def forked(self) -> list[Track]:
        return list(self.root.forked())

    def note_wreck(self) -> None:
        """Keep where all lines stand, unless an earlier mishap of this step has."""
        if self.wreck is None:
            self.wreck = self.root.stored_frames()

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
            round=place_of(self.track) if self.root.frames else "",
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

    def is_due(self, now: datetime) -> bool:
        """Tell whether a line can go on without an answer from outside."""
        if not self.is_going:
            return False
        if any(self._is_ready(leaf, now) for leaf in self.root.leaves()):
            return True
        return bool(self.root.frames and self.next_due and self.next_due <= now)

    def wait(self, job: JobRow, due_at: datetime | None) -> None:
        """Let the line that is worked on rest; the execution does with its last one."""
        self.open_job = job
        if self.track.parent is None:
            self.outcome = Outcome(ExecutionStatus.WAITING, due_at=due_at)
        else:
            self.track.due_at = due_at

    @property
    def has_answer(self) -> bool:
        if not self.answers:
            return False
        jobs = (leaf.open_job for leaf in self.root.leaves())
        numbers = {job.number for job in jobs if job}
        return bool(numbers & self.answers.keys() - self.used)

    @property
    def is_held(self) -> bool:
        """Tell whether it must not be handed back: calls fly, or their answers do."""
        return self.has_answer or self.is_calling

    def take_answer(self) -> Any:
        """Give what the call outside said, once; None if there is nothing."""
        number = self.open_job.number if self.open_job else 0
        if number in self.used:
            return None
        if number in self.answers:
            self.used.add(number)
        return self.answers.get(number)

    def committed(self) -> None:
        """Take what was just written as the new ground.

        Of the jobs only the open ones stay in memory, however many rounds there are.
        """
        if not self.is_going:
            # It has ended, or another worker may have it by now.
            return
        row = self.execution
        row.position, row.job_count = self.root.at or "", self.job_count
        row.token += 1
        row.frames = self.root.stored_frames()
        if not self.calls:
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
        for number in self.used:
            del self.answers[number]
        self.used = set()

    def scope(self, now: datetime) -> dict[str, Any]:
        """Give the names that expressions of this execution see."""
        execution = self.execution
        loop = loop_of(self.track.path()) if self.root.frames else {}
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
            **({"loop": loop} if loop else {}),
        }
