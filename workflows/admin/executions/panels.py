"""What the drawer of an execution shows: a node and its runs, the trigger, keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from workflows import registry
from workflows.admin.badges import badge, duration
from workflows.admin.editor.panels import Panel
from workflows.admin.executions.jobs import JobRow, job_row, value_block
from workflows.admin.executions.marks import attempt_in_words, rounds_in_words
from workflows.editor import branches_of, title_of
from workflows.editor.canvas import group_of
from workflows.editor.tracing import WRONG, Trace, branches_at, rounds_of
from workflows.graph import Node, check, find, walk
from workflows.models import Execution, Job, WorkflowVersion
from workflows.states import OPEN_JOBS, JobStatus

#: Runs of a node, or rounds of a loop, on one page of the drawer.
RUNS = 20
#: Digits of a number in an address that is looked for.
DIGITS = 9
#: The columns of a job in the list of runs.
COLUMNS = (
    "execution",
    "node_key",
    "number",
    "round",
    "status",
    "started_at",
    "finished_at",
)


@dataclass(frozen=True)
class Asked:
    """What a panel is asked for, and what is known already."""

    request: HttpRequest
    execution: Execution
    #: None: its version is purged.
    version: WorkflowVersion | None
    traces: Mapping[str, Trace]
    titles: dict[str, str]
    #: What the page knows: rights, and what can be mended.
    frame: Mapping[str, Any]
    subject: str = ""

    def number(self, name: str) -> int:
        """Read a number from the address; 0 if there is none."""
        text = self.request.GET.get(name, "")
        return int(text) if text.isdecimal() and len(text) <= DIGITS else 0


@dataclass(frozen=True)
class Run:
    """One run of a node, or one round of a loop, in the list of them."""

    #: The node and the job that its link shows.
    key: str
    number: int
    round: str
    badge: SafeString
    took: str


@dataclass(frozen=True)
class Runs:
    """A page of the runs of a node."""

    rows: list[Run]
    page: Page[Any]
    title: str
    #: The node that shows a round which is chosen by its number.
    key: str


@dataclass(frozen=True)
class BranchRow:
    """A branch of a fork, and how it went."""

    title: str
    badge: SafeString | str
    reason: str


Made = tuple[str, dict[str, Any]]


def panel_of(name: str, asked: Asked) -> Panel | None:
    """Make the panel of this name; None for the closed drawer."""
    if not name:
        return None
    kind, _colon, subject = name.partition(":")
    if kind not in PANELS:
        raise Http404
    made, template = PANELS[kind]
    title, context = made(asked, subject)
    return Panel(name, title, f"admin/workflows/{template}", context)


def _node(asked: Asked, key: str) -> Made:
    node = _found(asked.version, key)
    trace = asked.traces.get(key)
    if node is None and trace is None:
        raise Http404
    job = _chosen(asked, key)
    kind = node["type"] if node else job.node_type if job else ""
    handler = registry.nodes.get(kind) if kind in registry.nodes else None
    title = asked.titles.get(key) or title_of(kind)
    return title, {
        "key": key,
        "node": node,
        "type_title": title_of(kind),
        "group": group_of(handler),
        "row": _row(asked, job),
        "attempt": attempt_in_words(node, job.attempt) if job else "",
        "rounds": _rounds(asked, node),
        "branches": list(_branches(asked, node)) if handler and handler.forks else [],
        "runs": _runs(asked, node, key),
        "asked_round": asked.request.GET.get("round", ""),
        "stopped_here": key in asked.frame["mending"].nodes,
    }


def _found(version: WorkflowVersion | None, key: str) -> Node | None:
    if version is None or check(version.definition):
        return None
    try:
        return find(version.definition, key)
    except KeyError:
        return None


def _chosen(asked: Asked, key: str) -> Job | None:
    """Find the run that is asked for: by its number, its round, or the latest."""
    jobs = asked.execution.jobs.filter(node_key=key)
    if number := asked.number("job"):
        job = jobs.filter(number=number).first()
        if job is None:
            raise Http404
        return job
    if place := asked.request.GET.get("round", ""):
        return jobs.filter(round=place).order_by("-number").first()
    trace = asked.traces.get(key)
    return jobs.filter(number=trace.number).first() if trace else None


def _row(asked: Asked, job: Job | None) -> JobRow | None:
    if job is None:
        return None
    return job_row(job, asked.titles, tracebacks=asked.frame["tracebacks"])


def _rounds(asked: Asked, node: Node | None) -> str:
    if node is None:
        return ""
    alone = {"schema": 1, "nodes": [node]}
    rounds = rounds_of(alone, asked.execution, asked.traces).get(node["key"])
    return rounds_in_words(rounds) if rounds else ""


# Runs of a node in loops, and rounds of a loop.


def _runs(asked: Asked, node: Node | None, key: str) -> Runs | None:
    """List the runs of a node that ran more than once; of a loop its rounds."""
    if node is not None and node["type"] in registry.looping():
        return _rounds_of(asked, node)
    trace = asked.traces.get(key)
    if trace is None or trace.runs == 1:
        return None
    page = _page(asked, key)
    return Runs(
        [_run(key, job) for job in page], page, pgettext("of a node", "Runs"), key
    )


def _rounds_of(asked: Asked, loop: Node) -> Runs | None:
    """List rounds by their first nodes; a link leads to what went wrong in one."""
    lines = [line for line in loop.get("branches", {}).values() if line]
    if not lines or lines[0][0]["key"] not in asked.traces:
        return None
    page = _page(asked, lines[0][0]["key"])
    firsts = list(page)
    keys = [each["key"] for each in walk({"nodes": lines[0]})]
    inside = asked.execution.jobs.filter(
        node_key__in=keys, round__in=[job.round for job in firsts]
    )
    marked: dict[str, Job] = {}
    for job in inside.order_by("number").only(*COLUMNS):
        first = marked.setdefault(job.round, job)
        if job.status in WRONG | OPEN_JOBS and first.status not in WRONG:
            marked[job.round] = job
    shown = [marked.get(job.round, job) for job in firsts]
    return Runs([_run(job.node_key, job) for job in shown], page, _("Rounds"), keys[0])


def _page(asked: Asked, key: str) -> Page[Job]:
    jobs = asked.execution.jobs.filter(node_key=key).order_by("-number")
    pages = Paginator(jobs.only(*COLUMNS), RUNS)
    return pages.get_page(asked.number("runs") or 1)


def _run(key: str, job: Job) -> Run:
    ended = job.finished_at
    took = duration(ended - job.started_at) if ended else ""
    state = badge(job.status, job.get_status_display())
    return Run(key, job.number, job.round, state, took)


# Branches side by side.


def _branches(asked: Asked, node: Node | None) -> Iterator[BranchRow]:
    """Say how each branch of a fork went, or goes."""
    if node is None or node["key"] not in asked.traces:
        return
    live = branches_at(asked.execution, node["key"])
    for name, title in branches_of(node).items():
        inside = walk({"nodes": node.get("branches", {}).get(name, [])})
        track = live.get(name, {})
        status = _status_of(track, (each["key"] for each in inside), asked.traces)
        shown = badge(status, JobStatus(status).label) if status else ""
        yield BranchRow(title, shown, track.get("reason", ""))


def _status_of(
    track: Mapping[str, Any], keys: Iterable[str], traces: Mapping[str, Trace]
) -> str:
    if track.get("end") is not None:
        return JobStatus.SUCCEEDED if track["end"] else JobStatus.FAILED
    ran = [traces[key] for key in keys if key in traces]
    return max(ran, key=lambda each: each.number).status if ran else ""


# The trigger and the keys.


def _trigger(asked: Asked, _subject: str) -> Made:
    block = value_block(_("Trigger data"), asked.execution.context)
    return _("Trigger"), {"block": block}


def _keys(_asked: Asked, _subject: str) -> Made:
    return _("Keys"), {"keys": KEYS}


#: Keys of the page and what they do, as its help and the documentation list them.
KEYS = (
    (("↑", "↓"), gettext_lazy("go along the nodes")),
    (("←", "→"), gettext_lazy("go from branch to branch")),
    (("Home", "End"), gettext_lazy("go to the trigger, to the last node")),
    (("Enter",), gettext_lazy("show what the node did")),
    (("C",), gettext_lazy("fold the branches, or unfold them")),
    (("/",), gettext_lazy("find a node")),
    (("+", "-", "0", "1"), gettext_lazy("zoom in, zoom out, fit, real size")),
    (("?",), gettext_lazy("show this list")),
    (("Esc",), gettext_lazy("close the drawer")),
)

PANELS: dict[str, tuple[Callable[[Asked, str], Made], str]] = {
    "node": (_node, "execution/node.html"),
    "trigger": (_trigger, "execution/trigger.html"),
    "keys": (_keys, "editor/keys.html"),
}
