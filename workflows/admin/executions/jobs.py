"""The jobs of an execution as a page shows them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.admin.badges import badge, duration, pretty
from workflows.editor import title_of
from workflows.graph import check, walk
from workflows.models import Child, Job, WorkflowVersion

#: Characters of a value in the drawer; all of it is on the job's own page.
SHOWN = 4_000
WHOLE = 10_000_000
#: A line of the log that the engine writes for a try that went wrong.
TRY = re.compile(r"^Try (\d+) of (\d+)(?: at ([\d: Z-]+))?: (.*)$", re.MULTILINE)
MOMENT = "%Y-%m-%d %H:%M:%SZ"


@dataclass(frozen=True)
class Block:
    """One value of a job, ready to be shown."""

    title: str
    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class Attempt:
    """A try of a node that went wrong, and after which it was tried again."""

    number: int
    #: When it went wrong; None in old logs.
    at: datetime | None
    reason: str


@dataclass(frozen=True)
class JobRow:
    """A job with all that is shown of it."""

    job: Job
    title: str
    type_title: str
    badge: SafeString
    took: str
    blocks: list[Block]
    #: Executions that it has started.
    children: list[int]
    attempts: list[Attempt]


def job_row(
    job: Job, titles: dict[str, str], *, tracebacks: bool, shown: int = SHOWN
) -> JobRow:
    type_title = title_of(job.node_type)
    ended = job.finished_at
    children = Child.objects.filter(parent=job.execution_id, number=job.number)
    return JobRow(
        job=job,
        title=titles.get(job.node_key) or type_title,
        type_title=type_title,
        badge=badge(job.status, job.get_status_display()),
        took=duration(ended - job.started_at if ended else None),
        blocks=list(_blocks(job, tracebacks=tracebacks, shown=shown)),
        children=list(children.order_by("pk").values_list("pk", flat=True)),
        attempts=attempts_in(job.log),
    )


def attempts_in(log: str) -> list[Attempt]:
    """Read from a log which tries went wrong before the last one."""
    return [
        Attempt(int(each[1]), _moment_in(each[3] or ""), each[4])
        for each in TRY.finditer(log)
    ]


def _moment_in(text: str) -> datetime | None:
    """Read a moment of a log; whoever writes logs may write anything."""
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def titles_of(version: WorkflowVersion | None) -> dict[str, str]:
    """Give the titles that people gave to nodes, by key."""
    if version is None or check(version.definition):
        return {}
    return {node["key"]: node.get("title", "") for node in walk(version.definition)}


def _blocks(job: Job, *, tracebacks: bool, shown: int) -> Iterable[Block]:
    values = [
        (_("Error"), job.error),
        (_("Input"), "" if job.input is None else pretty(job.input)),
        (_("Reply"), "" if job.replied_at is None else pretty(job.reply)),
        (_("Result"), "" if job.result is None else pretty(job.result)),
        (_("Log"), job.log),
        (_("Traceback"), job.traceback if tracebacks else ""),
    ]
    for title, text in values:
        if text:
            yield Block(title, text[:shown], is_cut=len(text) > shown)


def value_block(title: str, value: Any, shown: int = SHOWN) -> Block:
    """Show one more value in the same way."""
    text = pretty(value)
    return Block(title, text[:shown], is_cut=len(text) > shown)
