"""The jobs of an execution as bars along its time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows import registry
from workflows.admin.badges import badge, duration
from workflows.editor import title_of
from workflows.models import Execution, Job
from workflows.states import JobStatus

#: Jobs outside of loops and branches that are drawn, and inside of them.
MOST = 300
#: The width of the picture, and of the smallest bar in it.
WIDTH, LEAST = 1000, 4
#: What is drawn needs these columns only.
COLUMNS = (
    "execution",
    "number",
    "node_key",
    "node_type",
    "status",
    "attempt",
    "round",
    "started_at",
    "finished_at",
)
RESTS = frozenset({JobStatus.WAITING, JobStatus.RETRYING})


@dataclass(frozen=True, slots=True)
class Bar:
    """One job: when it ran, and how it is drawn."""

    job: Job
    title: str
    badge: SafeString
    took: str
    #: How it is drawn: `work`, `rest` while it waits, `around` others.
    kind: str
    x: int
    width: int


@dataclass(frozen=True)
class Timeline:
    """What is drawn of an execution."""

    bars: list[Bar]
    start: datetime
    end: datetime
    #: Of how many jobs the bars are the latest.
    total: int

    @property
    def took(self) -> str:
        return duration(self.end - self.start)

    @property
    def is_cut(self) -> bool:
        return len(self.bars) < self.total


def timeline_of(
    execution: Execution, titles: Mapping[str, str], now: datetime
) -> Timeline | None:
    """Draw the latest jobs; None before the first. Three statements, however many."""
    jobs = _latest(execution)
    if not jobs:
        return None
    start = min(job.started_at for job in jobs)
    ends = [job.finished_at or now for job in jobs]
    end = max([*ends, start + timedelta(milliseconds=1)])
    bars = [_bar(job, titles, start, end) for job in jobs]
    total = execution.jobs.count() if len(jobs) >= MOST else len(jobs)
    return Timeline(bars, start, end, total)


def _latest(execution: Execution) -> list[Job]:
    """Take the jobs of the main line, and the latest of those inside of others."""
    jobs = execution.jobs.order_by("-number").only(*COLUMNS)
    inside = ~Q(round="")
    found: Iterable[Job] = [*jobs.exclude(inside)[:MOST], *jobs.filter(inside)[:MOST]]
    return sorted(found, key=lambda job: (job.started_at, job.number))


def _bar(job: Job, titles: Mapping[str, str], start: datetime, end: datetime) -> Bar:
    last = job.finished_at or end
    x = _at(job.started_at, start, end)
    width = max(_at(last, start, end) - x, LEAST)
    took = duration(last - job.started_at) if job.finished_at else ""
    title = titles.get(job.node_key) or title_of(job.node_type)
    state = badge(job.status, job.get_status_display())
    x = min(x, WIDTH - width)
    return Bar(job, title, state, took or _("still open"), _kind(job), x, width)


def _at(moment: datetime, start: datetime, end: datetime) -> int:
    return round((moment - start) / (end - start) * WIDTH)


def _kind(job: Job) -> str:
    """Tell waiting from working: a node that may wait did so nearly all the time."""
    if job.node_type in registry.leading_back():
        return "around"
    waits = job.node_type in registry.nodes and registry.nodes.get(job.node_type).waits
    return "rest" if waits or job.status in RESTS or job.attempt > 1 else "work"
