"""What became of the nodes of an execution: states, rounds, and the path taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from workflows import registry
from workflows.editor.canvas import branches_of
from workflows.graph import Definition, Node, check, walk
from workflows.graph.document import Line
from workflows.models import Execution, Job
from workflows.states import JobStatus

#: Jobs behind which an execution goes on.
DONE = frozenset({JobStatus.SUCCEEDED, JobStatus.CONTINUED, JobStatus.SKIPPED})
#: Jobs that went wrong.
WRONG = frozenset({JobStatus.FAILED, JobStatus.ERROR})


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one node: its latest job, and how many there are."""

    number: int
    status: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    round: str
    runs: int = 1
    #: How many of them went wrong.
    wrong: int = 0

    @property
    def is_done(self) -> bool:
        return self.status in DONE


#: The columns that a trace needs of a job; none of them is large.
COLUMNS = ("number", "status", "attempt", "started_at", "finished_at", "round")


@dataclass(frozen=True, slots=True)
class Rounds:
    """How far a loop has come."""

    #: Counts from 1.
    at: int
    #: None: it does not know.
    of: int | None = None


def traces_of(execution: Execution) -> dict[str, Trace]:
    """Find what became of each node that ran, in two statements."""
    jobs = Job.objects.filter(execution=execution.pk).order_by()
    counted = jobs.values("node_key").annotate(
        last=Max("number"), runs=Count("pk"), wrong=Count("pk", Q(status__in=WRONG))
    )
    counts = {row["last"]: row for row in counted}
    latest = jobs.filter(number__in=counts).values_list(*COLUMNS)
    found = {}
    for values in latest:
        count = counts[values[0]]
        often = {"runs": count["runs"], "wrong": count["wrong"]}
        found[count["node_key"]] = replace(Trace(*values), **often)
    return found


def rounds_of(
    definition: Definition, execution: Execution, traces: Mapping[str, Trace]
) -> dict[str, Rounds]:
    """Say for each loop that was entered in which round it is, or how many it had."""
    found = {}
    looping = registry.looping()
    for node in walk(definition):
        if node["type"] in looping and node["key"] in traces:
            runs = max(
                (traces[k].runs for k in _firsts(node) if k in traces), default=0
            )
            found[node["key"]] = Rounds(runs)
    for frame in frames_of(execution):
        if not frame.get("tracks"):
            found[frame["key"]] = Rounds(frame["index"] + 1, frame.get("length"))
    return found


def branches_at(execution: Execution, key: str) -> dict[str, Mapping[str, Any]]:
    """Give the branches of a fork that is under way, as the engine stored them."""
    for frame in frames_of(execution):
        if frame["key"] == key:
            return {each["branch"]: each for each in frame.get("tracks", ())}
    return {}


def frames_of(execution: Execution) -> Iterator[Mapping[str, Any]]:
    """Go through the loops and forks that it is inside of, those in branches too."""
    return _frames(execution.frames or ())


def _frames(frames: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Go through frames and those of their branches."""
    for frame in frames:
        yield frame
        for track in frame.get("tracks", ()):
            yield from _frames(track.get("frames", ()))


def _firsts(node: Node) -> Iterator[str]:
    """Name the first node of each branch: it runs whenever the branch does."""
    for line in node.get("branches", {}).values():
        if line:
            yield line[0]["key"]


class Path:
    """The lines that an execution has gone along, as slots are named.

    That is (key, "") behind a node, and (key, branch) at the top of a branch. Which
    branch was taken is not stored: its first node has run, or it is the only empty one.
    """

    def __init__(self, execution: Execution, traces: Mapping[str, Trace]) -> None:
        self.taken: set[tuple[str, str]] = set()
        self._traces = traces
        #: Where it stands, or where it ended before its end.
        self._position = execution.position
        self._leading_back = registry.leading_back()

    def follow(self, definition: Definition, *, began: bool) -> set[tuple[str, str]]:
        if began and not check(definition):
            self.taken.add(("", ""))
            self._along(definition["nodes"])
        return self.taken

    def _along(self, line: Line) -> bool:
        """Go along a line that was entered; say whether its end was reached."""
        reached = True
        for index, node in enumerate(line):
            if node["key"] not in self._traces:
                return False
            through = self._through(node)
            following = line[index + 1]["key"] if index + 1 < len(line) else None
            reached = through if following is None else following in self._traces
            if reached:
                self.taken.add((node["key"], ""))
        return reached

    def _through(self, node: Node) -> bool:
        """Go into the branches of a node; say whether it was left at its end."""
        ends = [self._along(line) for line in self._entered(node)]
        trace = self._traces[node["key"]]
        if not trace.is_done or node["key"] == self._position:
            return False
        return node["type"] in self._leading_back or not ends or any(ends)

    def _entered(self, node: Node) -> Iterator[Line]:
        """Give the lines of the branches that were taken."""
        stored = node.get("branches", {})
        lines = {name: stored.get(name, []) for name in branches_of(node)}
        firsts = {name: line[0]["key"] for name, line in lines.items() if line}
        entered = [name for name, key in firsts.items() if key in self._traces]
        if not entered and self._is_passed(node):
            empty = [name for name in lines if name not in firsts]
            entered = empty if len(empty) == 1 else []
        for name in entered:
            self.taken.add((node["key"], name))
            yield lines[name]

    def _is_passed(self, node: Node) -> bool:
        """Tell whether a node has chosen one of its branches, and was left by it."""
        if node["type"] in self._leading_back or node["key"] == self._position:
            return False
        return self._traces[node["key"]].is_done
