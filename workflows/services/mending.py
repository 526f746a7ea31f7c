"""Go on with an execution that did not succeed, from the node where it stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from workflows import registry
from workflows.cluster import muted
from workflows.engine import DONE, jobs_of
from workflows.exceptions import Archived, CannotGoOn
from workflows.graph import Definition, around, check, walk
from workflows.models import Execution, Job, WorkflowVersion
from workflows.services.event import Event
from workflows.services.events import start_many
from workflows.services.executions import run_here
from workflows.services.validation import problems_of, require_none
from workflows.statements import JobRow
from workflows.states import ExecutionStatus, JobStatus

#: Ends after which an execution can go on.
MENDABLE = frozenset(
    {
        ExecutionStatus.FAILED,
        ExecutionStatus.ERROR,
        ExecutionStatus.CANCELLED,
        ExecutionStatus.TIMED_OUT,
    }
)
#: Behind the id of an execution it is the key of the one that goes on with it: the
#: constraint on keys lets it have one.
MARK = "~"

Frames = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Mending:
    """What can be done about an execution that did not succeed, and what was."""

    #: The nodes at which it stopped, side by side in branches; empty: it can not go on.
    nodes: tuple[str, ...] = ()
    #: The number of the newest version, if that is another one with these nodes.
    newest: int | None = None
    #: The execution that goes on with it.
    followed_by: int | None = None
    #: The one that this goes on with.
    follows: int | None = None


def mending_of(execution: Execution) -> Mending:
    """Say what `mend` would do; in three statements."""
    follows = execution.event_key.removesuffix(MARK)
    origin = int(follows) if follows != execution.event_key else None
    if execution.status not in MENDABLE:
        return Mending(follows=origin)
    followed = Execution.objects.filter(event_key=f"{execution.pk}{MARK}")
    follower = followed.values_list("pk", flat=True).first()
    version = _same(execution)
    if follower is not None or version is None:
        return Mending(followed_by=follower, follows=origin)
    place = _place(execution, version.definition)
    newest = _newest(execution)
    may_change = newest.pk != version.pk and place.fits(newest.definition)
    return Mending(
        nodes=tuple(place.leaves()) or _first(version.definition),
        newest=newest.number if may_change else None,
        follows=origin,
    )


def mend(execution: Execution, now: datetime, *, newest: bool = False) -> Execution:
    """Start an execution that goes on where one that did not succeed has stopped.

    It has the trigger data, the results and the variables of the other, and its rounds
    of loops and ends of branches; what has ended there is not run again. With `newest`
    it takes the newest version of the workflow, if the nodes stand at the same place
    there. It is no new event: the workflow does not count it. Raises `CannotGoOn`,
    `Archived`, and `InvalidDefinition`.
    """
    if execution.status not in MENDABLE:
        raise CannotGoOn(execution.pk, f"it is '{execution.status}'")
    version = _newest(execution) if newest else _same(execution)
    if version is None:
        raise Archived(_name("version", execution))
    require_none(problems_of(version))
    place = _place(execution, _definition(execution, version))
    if not place.fits(version.definition):
        text = f"version {version.number} has its nodes at other places"
        raise CannotGoOn(execution.pk, text)
    if not version.synchronous:
        return _start(execution, version, place, now)
    with muted():
        started = _start(execution, version, place, now)
    run_here([started.pk], now)
    started.refresh_from_db()
    return started


def _same(execution: Execution) -> WorkflowVersion | None:
    """Find the version that ran, unless it is deleted."""
    present = WorkflowVersion.objects.present().filter(workflow__archived_at=None)
    return present.filter(pk=execution.version_id).select_related("workflow").first()


def _newest(execution: Execution) -> WorkflowVersion:
    present = WorkflowVersion.objects.present().filter(workflow__archived_at=None)
    found = present.filter(workflow=execution.workflow_id).order_by("-number")
    newest = found.select_related("workflow").first()
    if newest is None:
        raise Archived(_name("workflow", execution))
    return newest


def _name(what: str, execution: Execution) -> str:
    return f"The {what} of execution {execution.pk}"


def _definition(execution: Execution, version: WorkflowVersion) -> Definition:
    """Give the definition that ran, or that of another version if it is gone."""
    ran = WorkflowVersion.objects.filter(pk=execution.version_id).first()
    definition: Definition = (ran or version).definition
    return definition


def _first(definition: Definition) -> tuple[str, ...]:
    return tuple(node["key"] for node in definition["nodes"][:1])


# Where it goes on.


@dataclass(frozen=True, slots=True)
class Place:
    """Where an execution goes on: at a node, inside of loops and branches."""

    #: Empty: at the start.
    at: str
    frames: Frames = ()

    def leaves(self) -> Iterator[str]:
        """Name the nodes that run next: at a fork one of each branch that is open."""
        yield from _leaves(self.at, self.frames)

    def fits(self, definition: Definition) -> bool:
        """Tell whether a definition has all these nodes, each in the same branches."""
        if check(definition):
            return False
        return not self.at or _fits(definition, self.at, self.frames, [])


def _place(execution: Execution, definition: Definition) -> Place:
    """Find it; out of loops that nobody has noted the rounds of."""
    at, frames = execution.position, [_reopened(f) for f in execution.frames or ()]
    place = Place(at, frames)
    if not at or place.fits(definition):
        return place
    if at not in {node["key"] for node in walk(definition)}:
        return place
    outer = _around(definition, at)
    return Place(outer[0] if outer else at)


def _reopened(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Let the branches of a fork that failed go on; of those that ended one at least.

    A fork whose branches have all succeeded is asked again what that means.
    """
    tracks = [dict(track) for track in frame.get("tracks", ())]
    if not tracks:
        return dict(frame)
    for track in tracks:
        track["frames"] = [_reopened(inner) for inner in track.get("frames", ())]
        if not track.get("end"):
            track.pop("end", None)
            track |= {"reason": "", "due_at": None}
    if all(track.get("end") for track in tracks):
        tracks[-1] |= {"end": None, "at": frame["key"], "frames": []}
    return {**frame, "tracks": tracks}


def _leaves(at: str, frames: Frames) -> Iterator[str]:
    tracks = frames[-1].get("tracks", ()) if frames else ()
    if not tracks and at:
        yield at
    for track in tracks:
        if track.get("end") is None:
            yield from _leaves(track["at"], track["frames"])


def _fits(definition: Definition, at: str, frames: Frames, outer: list[str]) -> bool:
    """Compare what is around a node with the loops and forks that were entered."""
    inside = [*outer, *(frame["key"] for frame in frames)]
    if at not in {node["key"] for node in walk(definition)}:
        return False
    # The node that loops or forks is where its own frame is.
    expected = inside[:-1] if inside and inside[-1] == at else inside
    if _around(definition, at) != expected:
        return False
    tracks = frames[-1].get("tracks", ()) if frames else ()
    return all(
        _fits(definition, track["at"], track["frames"], inside)
        for track in tracks
        if track.get("end") is None
    )


def _around(definition: Definition, key: str) -> list[str]:
    kinds = registry.leading_back()
    return [node["key"] for node in around(definition, key) if node["type"] in kinds]


# Starting it.


def _start(
    execution: Execution, version: WorkflowVersion, place: Place, now: datetime
) -> Execution:
    event = Event(
        workflow_id=execution.workflow_id,
        version_id=version.pk,
        key=f"{execution.pk}{MARK}",
        context=execution.context,
        planned_at=execution.planned_at,
        manual=True,
        is_new=False,
    )
    with transaction.atomic():
        created = start_many([event], now)
        if not created:
            raise CannotGoOn(execution.pk, _refusal(event))
        timeout = version.behaviour.timeout
        Execution.objects.filter(pk=created[0]).update(
            position=place.at,
            frames=[*place.frames] or None,
            job_count=execution.job_count,
            expires_at=now + timeout if timeout else None,
            output=execution.output,
        )
        Job.objects.bulk_create(_kept(execution, place, created[0]), batch_size=500)
    return Execution.objects.get(pk=created[0])


def _refusal(event: Event) -> str:
    """Say why nothing was started; what was noted of it goes with the transaction."""
    other = Execution.objects.get(event_key=event.key)
    if other.status == ExecutionStatus.REJECTED:
        return other.reason
    return f"execution {other.pk} does so already"


def _kept(execution: Execution, place: Place, pk: int) -> Iterator[Job]:
    """Copy the latest result of each node, and open what is around the place.

    Only those are needed, however many rounds there were; the others stay to be seen
    where they ran.
    """
    around = dict(_jobs_around(place.frames))
    rows = jobs_of([execution.pk], [execution.pk])[execution.pk]
    done = [row for row in rows if row.status in DONE and row.number not in around]
    for row in done:
        yield _copy(row, pk)
    stored = Job.objects.filter(execution=execution.pk, number__in=around)
    for job in stored.order_by("number"):
        job.pk, job.execution_id, job.status = None, pk, JobStatus.RUNNING
        job.error = job.traceback = ""
        job.finished_at = job.expires_at = None
        yield job


def _jobs_around(frames: Frames) -> Iterator[tuple[int, str]]:
    for frame in frames:
        yield frame["job"], frame["key"]
        for track in frame.get("tracks", ()):
            if track.get("end") is None:
                yield from _jobs_around(track["frames"])


def _copy(row: JobRow, pk: int) -> Job:
    return Job(**{**asdict(row), "execution_id": pk})
