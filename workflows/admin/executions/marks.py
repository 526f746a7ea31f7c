"""The canvas of an execution: each node with what became of it, and the path taken."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from workflows.admin.badges import badge, cut, duration
from workflows.codec import encode
from workflows.editor import Mark, marks
from workflows.editor.canvas import LONGEST_SUMMARY, Remarks
from workflows.editor.tracing import Path, Rounds, Trace, rounds_of
from workflows.graph import Definition, check, walk
from workflows.models import Execution, WorkflowVersion
from workflows.node_options import NodeOptions
from workflows.states import JobStatus


def marks_of(
    execution: Execution, version: WorkflowVersion | None, traces: Mapping[str, Trace]
) -> list[Mark]:
    """Write the nodes down as they ran; nothing if nobody knows them any more."""
    if version is None or check(version.definition):
        return []
    definition = version.definition
    began = bool(traces) or execution.started_at is not None
    path = Path(execution, traces)
    remarks = Remarks(
        states=_states(definition, execution, traces),
        taken=path.follow(definition, began=began),
    )
    return marks(definition, remarks)


def words_of(execution: Execution) -> str:
    """Give what the trigger brought in a line, for its card."""
    brought = execution.context.get("data") if execution.context else None
    if not brought:
        return _("It brought nothing.")
    return cut(" ".join(encode(brought).split()), LONGEST_SUMMARY)


def _states(
    definition: Definition, execution: Execution, traces: Mapping[str, Trace]
) -> dict[str, tuple[str, str]]:
    rounds = rounds_of(definition, execution, traces)
    states: dict[str, tuple[str, str]] = {}
    for node in walk(definition):
        key = node["key"]
        trace = traces.get(key)
        if trace is None:
            states[key] = ("unreached", "")
            continue
        tags = list(_tags(node, trace, rounds.get(key)))
        label = state_label(trace, tags)
        states[key] = (f"ran wf-is-{trace.status}", label)
    return states


def state_label(trace: Trace, tags: list[str]) -> SafeString:
    """Write a state with its time and how often, for a card."""
    took = duration(trace.finished_at - trace.started_at) if trace.finished_at else ""
    shown = badge(trace.status, JobStatus(trace.status).label)
    marked = format_html_join(
        "", ' <span class="wf-tag">{}</span>', ((tag,) for tag in tags)
    )
    return format_html('{} <span class="wf-quiet">{}</span>{}', shown, took, marked)


def _tags(
    node: Mapping[str, Any], trace: Trace, rounds: Rounds | None
) -> Iterator[str]:
    if rounds is not None:
        yield rounds_in_words(rounds)
    elif trace.runs > 1:
        text = ngettext("%(count)d run", "%(count)d runs", trace.runs)
        yield text % {"count": trace.runs}
    if trace.wrong and trace.runs > 1:
        text = ngettext("%(count)d went wrong", "%(count)d went wrong", trace.wrong)
        yield text % {"count": trace.wrong}
    if attempt := attempt_in_words(node, trace.attempt):
        yield attempt


def rounds_in_words(rounds: Rounds) -> str:
    if rounds.of is not None:
        text = ngettext("%(at)d of %(of)d round", "%(at)d of %(of)d rounds", rounds.of)
        return text % {"at": rounds.at, "of": rounds.of}
    text = ngettext("%(count)d round", "%(count)d rounds", rounds.at)
    return text % {"count": rounds.at}


def attempt_in_words(node: Mapping[str, Any] | None, attempt: int) -> str:
    """Say which try of how many it is; nothing if one was enough."""
    if attempt <= 1:
        return ""
    options = NodeOptions.read(node) if node else None
    if options is None or options.retry is None:
        return _("attempt %(number)d") % {"number": attempt}
    names = {"number": attempt, "most": options.retry.attempts}
    return _("attempt %(number)d of %(most)d") % names
