"""Where an execution is: tracks, and on each a stack of frames, the innermost last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.contracts import BranchEnd, PastRound, Round
from workflows.statements import JobRow
from workflows.states import JobStatus

#: As long as the column of jobs that keeps it.
LONGEST_PLACE = 100


@dataclass(slots=True)
class Frame:
    """A node that loops, and the round that its body is in; or one that forks."""

    key: str
    #: The number of its job, which is open while it loops.
    job: int
    index: int
    item: Any = None
    length: int | None = None
    state: Any = None
    #: Not stored: what the node keeps to spare work, and its configuration.
    memory: Any = None
    config: Mapping[str, Any] | None = None
    #: The branches of a fork, in their order; empty for a loop.
    tracks: list["Track"] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Write it down, without what is not worth it."""
        values = {name: getattr(self, name) for name in _STORED}
        kept = {name: value for name, value in values.items() if value is not None}
        tracks = [track.stored() for track in self.tracks]
        return {**kept, "tracks": tracks} if tracks else kept

    def begin(self, answer: Round, index: int) -> None:
        self.index, self.item, self.length = index, answer.item, answer.length
        self.state, self.memory = answer.state, answer.memory

    def past(self, failure: str = "") -> PastRound:
        return PastRound(
            self.index, self.item, self.length, self.state, self.memory, failure
        )


_STORED = ("key", "job", "index", "item", "length", "state")


@dataclass(slots=True)
class Track:
    """A line of nodes that is under way: the execution's own, or a branch of a fork."""

    #: The key of the node that is next; at the end of a branch that of the fork.
    at: str | None
    #: The bodies and forks that it is inside of, the outermost first.
    frames: list[Frame] = field(default_factory=list)
    #: The track that has the fork of which this is a branch.
    parent: "Track | None" = None
    branch: str = ""
    #: When a branch that waits goes on by itself.
    due_at: datetime | None = None
    #: The last node of the branch that has a result.
    last: str = ""
    #: How the branch has ended; None before.
    end: bool | None = None
    reason: str = ""
    #: Not stored: the job of the next node, if it was begun or waits.
    open_job: JobRow | None = None

    def stored(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in _OF_TRACKS}
        kept = {name: value for name, value in values.items() if value is not None}
        frames = self.stored_frames()
        return {**kept, "frames": frames} if frames else kept

    def stored_frames(self) -> list[dict[str, Any]]:
        return [frame.stored() for frame in self.frames]

    @property
    def is_back(self) -> bool:
        """Tell whether a body has ended and its node is to be asked again."""
        return bool(self.frames) and self.frames[-1].key == self.at

    @property
    def is_through(self) -> bool:
        """Tell whether a branch has come to its end, and its fork is to be asked."""
        return self.parent is not None and not self.frames and self.fork.key == self.at

    @property
    def fork(self) -> Frame:
        """Give the frame of the fork of which this is a branch."""
        assert self.parent is not None  # noqa: S101 - asked of branches only
        return self.parent.frames[-1]

    def leaves(self) -> Iterator["Track"]:
        """Go through the tracks that may go on: at a fork only its branches do."""
        branches = self.frames[-1].tracks if self.frames else []
        if not branches:
            yield self
        for track in branches:
            if track.end is None:
                yield from track.leaves()

    def forked(self) -> Iterator["Track"]:
        """Go through the tracks that stand still at a fork, the outermost first."""
        if self.frames and self.frames[-1].tracks:
            yield self
            for track in self.frames[-1].tracks:
                if track.end is None:
                    yield from track.forked()

    def is_resting(self, now: datetime) -> bool:
        """Tell whether a branch waits: neither its moment nor a reply has come."""
        job = self.open_job
        if self.parent is None or job is None or job.status not in _RESTING:
            return False
        if job.status == JobStatus.WAITING and job.replied_at is not None:
            return False
        return self.due_at is None or self.due_at > now

    @property
    def wakes_at(self) -> datetime | None:
        """Tell when a branch that waits goes on by itself."""
        job = self.open_job
        return self.due_at if job and job.status in _RESTING else None

    def path(self) -> list[Frame]:
        """List all frames around the next node, from the outermost on."""
        around = self.parent.path() if self.parent else []
        return [*around, *self.frames]


_OF_TRACKS = ("at", "branch", "due_at", "last", "end", "reason")
_RESTING = frozenset({JobStatus.WAITING, JobStatus.RETRYING})


def restored(
    at: str | None,
    stored: Sequence[Mapping[str, Any]] | None,
    parent: Track | None = None,
    **values: Any,
) -> Track:
    """Read a track from what was stored of its frames."""
    track = Track(at, parent=parent, **values)
    for given in stored or ():
        frame = Frame(**{**given, "tracks": []})
        track.frames.append(frame)
        frame.tracks = [_branch(track, each) for each in given.get("tracks", ())]
    return track


def _branch(parent: Track, stored: Mapping[str, Any]) -> Track:
    values = {"at": None, "frames": None, **stored}
    return restored(values.pop("at"), values.pop("frames"), parent, **values)


def ends_of(fork: Frame, results: Mapping[str, Any]) -> dict[str, BranchEnd | None]:
    """Give how the branches of a fork have ended, as its node sees it."""
    return {
        track.branch: None
        if track.end is None
        else BranchEnd(track.end, track.reason, results.get(track.last))
        for track in fork.tracks
    }


def loop_of(frames: Sequence[Frame]) -> dict[str, Any]:
    """Give what expressions see as `loop`: `{"item", "index", "length", "parent"}`.

    Only a loop inside a loop has a `parent`, which looks the same.
    """
    loop: dict[str, Any] = {}
    for frame in _loops(frames):
        parent = {"parent": loop} if loop else {}
        loop = {
            "item": frame.item,
            "index": frame.index,
            "length": frame.length,
            **parent,
        }
    return loop


def place_of(track: Track) -> str:
    """Name the rounds and branches around the next node, as people follow them.

    Rounds are counted from 1: "3", or "3.1" in nested loops; "3.mail" is the branch
    `mail` of a fork in the third round.
    """
    around = [place_of(track.parent), track.branch] if track.parent else []
    rounds = [str(frame.index + 1) for frame in _loops(track.frames)]
    return ".".join(part for part in [*around, *rounds] if part)[:LONGEST_PLACE]


def _loops(frames: Sequence[Frame]) -> list[Frame]:
    return [frame for frame in frames if not frame.tracks]
