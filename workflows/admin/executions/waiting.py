"""Why an execution does not go on: one sentence with the real cause."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from workflows import registry
from workflows.admin.badges import cut, isolated, moment
from workflows.conf import settings
from workflows.contracts import awaited_by
from workflows.editor import title_of
from workflows.editor.tracing import frames_of
from workflows.engine import held, unfinished
from workflows.graph import Node
from workflows.models import Child, Execution, Job, Worker
from workflows.node_options import NodeOptions
from workflows.states import OPEN_JOBS, ExecutionStatus, JobStatus
from workflows.watchdog import living

#: Executions that are counted before this one.
MOST = 1_000
#: Later than all moments.
NEVER = datetime.max.replace(tzinfo=UTC)
#: Characters of the title of a node in a sentence.
LONGEST = 80


@dataclass(frozen=True)
class Cause:
    """Why an execution is where it is."""

    #: For the style sheet: the status, or `failed` where somebody must do something.
    kind: str
    text: SafeString


@dataclass(frozen=True)
class Asked:
    """What is asked about, when, and how to name and link things."""

    execution: Execution
    now: datetime
    #: The nodes of its version by key; none if that is gone.
    nodes: Mapping[str, Node]
    #: Gives the address of an execution.
    url: Callable[[int], str]

    def node(self, job: Job) -> SafeString:
        node = self.nodes.get(job.node_key, {})
        title = node.get("title") or title_of(job.node_type)
        return format_html(_("“{}”"), isolated(cut(title, LONGEST)))

    def link(self, number: int) -> SafeString:
        name = _("Execution %(number)s") % {"number": number}
        return format_html('<a href="{}">{}</a>', self.url(number), name)


def cause_of(asked: Asked) -> Cause | None:
    """Say what an execution waits for; None if it has ended."""
    execution, now = asked.execution, asked.now
    if execution.is_final:
        return None
    if execution.status == ExecutionStatus.RUNNING:
        return _running(asked)
    is_queued = execution.status == ExecutionStatus.QUEUED
    if is_queued and execution.due_at is None:
        return _held(asked)
    if execution.due_at is not None and execution.due_at <= now:
        return _due(asked)
    if is_queued:
        return _says("queued", _("It begins at {}."), moment(execution.due_at))
    return _waiting(asked)


def _says(kind: str, sentence: str, *parts: Any) -> Cause:
    if not parts:
        return Cause(kind, conditional_escape(sentence))
    return Cause(kind, format_html(sentence, *parts))


# Claimed, or to be claimed.


def _running(asked: Asked) -> Cause:
    worker = Worker.objects.filter(pk=asked.execution.owner or -1).first()
    if worker is None or worker.lease_until <= asked.now:
        return _lost(worker)
    name = isolated(worker)
    for job in _leaves(asked, JobStatus.RUNNING):
        sentence = _("{node} is under way since {moment}, on the worker {worker}.")
        parts = {"node": asked.node(job), "moment": moment(job.started_at)}
        return Cause("running", format_html(sentence, **parts, worker=name))
    since = asked.execution.started_at
    return _says("running", _("The worker {} has it since {}."), name, moment(since))


def _lost(worker: Worker | None) -> Cause:
    if worker is None:
        text = _("Its worker is gone; a scheduler gives it to another one.")
        return _says("failed", text)
    heard = worker.lease_until - settings().lease
    text = _("Its worker {} was last heard of at {}; a scheduler gives it to another.")
    return _says("failed", text, isolated(worker), moment(heard))


def _held(asked: Asked) -> Cause:
    """Name what it stands behind: the policy allows only so many at once."""
    workflow = asked.execution.workflow_id
    # Without an order no database is tempted to walk through all of the history.
    running = unfinished(workflow).order_by().values_list("pk", flat=True)
    first = min(running[:MOST], default=None)
    waiting = held(workflow).filter(pk__lt=asked.execution.pk).order_by()
    before = waiting[:MOST].count()
    if first is None:
        return _says("queued", _("It waits for its turn."))
    text = _("It waits until {} has ended: only so many may run at once.")
    cause = format_html(text, asked.link(first))
    if before:
        more = ngettext(
            "%(count)d other is before it.", "%(count)d others are before it.", before
        )
        cause = format_html("{} {}", cause, more % {"count": before})
    return Cause("queued", cause)


def _due(asked: Asked) -> Cause:
    """Say who takes it: its moment has come."""
    workers = living(asked.now).filter(kind=Worker.Kind.WORKER)
    if not workers.exists():
        return _says("failed", _no_cluster(asked.now))
    due = Execution.objects.claimable(asked.now)
    before = due.filter(due_at__lt=asked.execution.due_at).order_by()[:MOST].count()
    if not before:
        return _says("queued", _("It is ready; the next free worker takes it."))
    text = ngettext(
        "It waits for a free worker; %(count)d execution is before it.",
        "It waits for a free worker; %(count)d executions are before it.",
        before,
    )
    return _says("queued", text % {"count": before})


def _no_cluster(now: datetime) -> SafeString:
    silent = Worker.objects.filter(kind=Worker.Kind.WORKER, lease_until__lte=now)
    last = silent.order_by("-lease_until").first()
    text = _("It is ready, but no cluster is running: start one with {}.")
    command = format_html("<code>{}</code>", "manage.py runcluster")
    sentence = format_html(text, command)
    if last is None:
        return sentence
    heard = moment(last.lease_until - settings().lease)
    more = format_html(
        _("The worker {} was last heard of at {}."), isolated(last), heard
    )
    return format_html("{} {}", sentence, more)


# Waiting.


def _waiting(asked: Asked) -> Cause:
    jobs = list(_leaves(asked, JobStatus.RETRYING, JobStatus.WAITING))
    if not jobs:
        return _says("waiting", _("It waits."))
    moments = _moments(asked)
    jobs.sort(key=lambda job: (moments.get(job.node_key) or NEVER, job.number))
    cause = _for(asked, jobs[0], moments.get(jobs[0].node_key))
    more = len(jobs) - 1
    if not more:
        return cause
    text = ngettext(
        "%(count)d other branch waits, too.",
        "%(count)d other branches wait, too.",
        more,
    )
    text %= {"count": more}
    return Cause(cause.kind, format_html("{} {}", cause.text, text))


def _leaves(asked: Asked, *statuses: JobStatus) -> Iterator[Job]:
    """List open jobs, but for those that only stand around others."""
    around = registry.leading_back()
    rows = asked.execution.jobs.filter(status__in=OPEN_JOBS).order_by("number")
    for job in rows.defer("input", "log", "traceback"):
        if job.node_type not in around and job.status in statuses:
            yield job


def _moments(asked: Asked) -> Mapping[str, datetime | None]:
    """Say when the open node of each line goes on by itself, by its key."""
    execution = asked.execution
    found = {execution.position: execution.due_at}
    for frame in frames_of(execution):
        for track in frame.get("tracks", ()):
            found[track.get("at")] = track.get("due_at")
    return found


def _for(asked: Asked, job: Job, due_at: datetime | None) -> Cause:
    """Say what one node waits for."""
    node = asked.node(job)
    if job.status == JobStatus.RETRYING:
        return _retrying(asked, job, due_at)
    if (child := _child(asked, job)) is not None:
        return _says("waiting", _("{} waits for the end of {}."), node, child)
    handler = job.node_type in registry.nodes and registry.nodes.get(job.node_type)
    if handler and (what := awaited_by(handler, job.result)):
        return _says("waiting", _("{} waits for {}."), node, isolated(what))
    if due_at is not None:
        return _says("waiting", _("{} waits until {}."), node, moment(due_at))
    return _says("waiting", _("{} waits for an event or an answer."), node)


def _child(asked: Asked, job: Job) -> SafeString | None:
    children = Child.objects.awaited().filter(parent=job.execution_id)
    child = children.filter(number=job.number).values_list("pk", flat=True).first()
    return None if child is None else asked.link(child)


def _retrying(asked: Asked, job: Job, due_at: datetime | None) -> Cause:
    options = NodeOptions.read(asked.nodes.get(job.node_key, {}))
    most = options.retry.attempts if options and options.retry else job.attempt + 1
    text = _("{node} went wrong and is tried again at {moment}: attempt {n} of {most}.")
    parts = {"node": asked.node(job), "moment": moment(due_at)}
    sentence = format_html(text, **parts, n=job.attempt + 1, most=most)
    return Cause("retrying", sentence)
