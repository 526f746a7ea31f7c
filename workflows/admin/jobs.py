"""The jobs of an execution as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.admin.badges import badge, cut, duration, pretty
from workflows.editor import title_of
from workflows.graph import walk
from workflows.models import Child, Job, WorkflowVersion

#: Characters of a value in the table; all of it is on the job's own page.
SHOWN = 4_000
WHOLE = 10_000_000
#: Characters of a result or an error in a row.
GLANCE = 120


@dataclass(frozen=True)
class Block:
    """One value of a job, ready to be shown."""

    title: str
    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class JobRow:
    """A job in the table of its execution."""

    job: Job
    title: str
    type_title: str
    badge: SafeString
    took: str
    glance: str
    blocks: list[Block]
    #: Executions that it has started.
    children: list[int]


def job_rows(
    jobs: Iterable[Job],
    version: WorkflowVersion | None,
    *,
    tracebacks: bool,
    shown: int = SHOWN,
) -> list[JobRow]:
    jobs, titles = list(jobs), _titles(version)
    children = _children(jobs)
    return [
        _row(
            job,
            titles,
            children.get(job.number, []),
            list(_blocks(job, tracebacks=tracebacks, shown=shown)),
        )
        for job in jobs
    ]


def _children(jobs: list[Job]) -> dict[int, list[int]]:
    """Find what the jobs of one execution have started, by their numbers."""
    found: dict[int, list[int]] = {}
    parents = {job.execution_id for job in jobs}
    numbers = [job.number for job in jobs]
    rows = Child.objects.filter(parent__in=parents, number__in=numbers).order_by("pk")
    for number, child in rows.values_list("number", "execution"):
        found.setdefault(number, []).append(child)
    return found


def _row(
    job: Job, titles: dict[str, str], children: list[int], blocks: list[Block]
) -> JobRow:
    type_title = title_of(job.node_type)
    ended = job.finished_at
    return JobRow(
        job=job,
        title=titles.get(job.node_key) or type_title,
        type_title=type_title,
        badge=badge(job.status, job.get_status_display()),
        took=duration(ended - job.started_at if ended else None),
        glance=cut(job.error or _in_a_line(job.result), GLANCE),
        blocks=blocks,
        children=children,
    )


def _titles(version: WorkflowVersion | None) -> dict[str, str]:
    if version is None or not isinstance(version.definition, dict):
        return {}
    nodes = walk({"nodes": [], **version.definition})
    return {node["key"]: node.get("title", "") for node in nodes}


def _in_a_line(value: Any) -> str:
    return "" if value is None else " ".join(pretty(value).split())


def _blocks(job: Job, *, tracebacks: bool, shown: int) -> Iterable[Block]:
    values = [
        (_("Input"), "" if job.input is None else pretty(job.input)),
        (_("Reply"), "" if job.replied_at is None else pretty(job.reply)),
        (_("Result"), "" if job.result is None else pretty(job.result)),
        (_("Error"), job.error),
        (_("Log"), job.log),
        (_("Traceback"), job.traceback if tracebacks else ""),
    ]
    for title, text in values:
        if text:
            yield Block(title, text[:shown], is_cut=len(text) > shown)
