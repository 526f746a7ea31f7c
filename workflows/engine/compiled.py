"""Versions made ready to run, kept per process.

They are known by id and revision, so that one which was edited is made ready anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from workflows.codec import decode, dump
from workflows.contracts import Effect, NodeHandler
from workflows.exceptions import WorkflowError
from workflows.forms import CompiledConfig, NodeForm, compile_config
from workflows.graph import Step, plan
from workflows.models import WorkflowVersion
from workflows.registry import leading_back, nodes

#: Nodes that are kept ready; the versions that were made ready first go first.
KEPT = 20_000
_compiled: dict[int, "CompiledVersion"] = {}
_keeping = Lock()


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A node with its handler and its cleaned configuration."""

    step: Step
    handler: NodeHandler
    config: CompiledConfig
    effect: Effect


@dataclass(frozen=True, slots=True)
class CompiledVersion:
    """A version with its nodes by key."""

    revision: int
    workflow: Mapping[str, object]
    first: str | None
    #: Each node, or what is wrong with it: that belongs to the run that meets it.
    steps: Mapping[str, CompiledStep | WorkflowError]
    plain: Mapping[str, Step]
    #: The nodes that the world outside may answer.
    answerable: Sequence[str] = ()


def compiled(revisions: Mapping[int, int]) -> dict[int, CompiledVersion]:
    """Give the compiled versions by id, for revisions by id; none for a lost one."""
    found = {pk: _compiled[pk] for pk in revisions if pk in _compiled}
    old = [pk for pk, number in revisions.items() if _is_old(found.get(pk), number)]
    if old:
        rows = WorkflowVersion.objects.filter(pk__in=old)
        new = {values[0]: _compile(values) for values in rows.values_list(*_COLUMNS)}
        _keep(new)
        found = {pk: each for pk, each in found.items() if pk not in old} | new
    return found


_COLUMNS = (
    "pk",
    "revision",
    "number",
    "definition",
    "workflow_id",
    "workflow__title",
)


def _is_old(version: CompiledVersion | None, revision: int) -> bool:
    return version is None or version.revision != revision


def _keep(versions: Mapping[int, CompiledVersion]) -> None:
    """Keep these, and let the oldest go; the thread that warms up does so too."""
    with _keeping:
        _compiled.update(versions)
        over = _weight(_compiled) - KEPT
        for pk in list(_compiled):
            if over <= 0:
                break
            over -= _weight({pk: _compiled.pop(pk)})


def _weight(versions: Mapping[int, CompiledVersion]) -> int:
    return sum(len(each.plain) for each in list(versions.values()))


def callbacks_of(version: CompiledVersion, execution: int) -> dict[str, Any]:
    """Give the addresses at which nodes of an execution may be answered, by key."""
    if not version.answerable:
        return {}
    keys = version.answerable
    found = {key: _callback(version.steps[key], execution, key) for key in keys}
    return {"callbacks": found}


def callbacks_in(version: WorkflowVersion) -> dict[str, Any]:
    """Give the same for no execution, to show what they look like."""
    ready = compiled({version.pk: version.revision})
    return callbacks_of(ready[version.pk], 0) if version.pk in ready else {}


def not_ready(since: datetime) -> list[tuple[int, int]]:
    """List the enabled versions, changed since a moment, that are not compiled yet.

    Gives ids and revisions. What runs has made itself ready, and is not driven out by
    what may.
    """
    if _weight(_compiled) >= KEPT:
        return []
    changed = WorkflowVersion.objects.enabled().filter(updated_at__gte=since)
    rows = changed.values_list("pk", "revision")[:KEPT]
    return [row for row in rows if _is_old(_compiled.get(row[0]), row[1])]


def forget_compiled() -> None:
    """Drop all, for tests, whose rolled-back ids come again."""
    _compiled.clear()
    _compiled_config.cache_clear()


def _compile(row: Sequence[Any]) -> CompiledVersion:
    _pk, revision, number, definition, workflow_id, title = row
    planned = plan(definition, leading_back())
    steps = {key: compile_step(step) for key, step in planned.steps.items()}
    return CompiledVersion(
        revision=revision,
        workflow={"id": workflow_id, "title": title, "version": number},
        first=planned.first,
        steps=steps,
        plain=planned.steps,
        answerable=[key for key, step in steps.items() if _callback(step, 0, key)],
    )


def _callback(step: CompiledStep | WorkflowError, execution: int, key: str) -> str:
    if isinstance(step, WorkflowError):
        return ""
    return step.handler.callback(step.config.constants, execution, key)


def compile_step(step: Step) -> CompiledStep | WorkflowError:
    """Make a node ready, or say what is wrong with it."""
    try:
        handler = nodes.get(step.type)
        config = _compiled_config(handler.form_class, dump(step.config))
    except WorkflowError as error:
        return error
    effect = handler.effect_of(config.constants)
    return CompiledStep(step, handler, config, effect)


@lru_cache(maxsize=KEPT)
def _compiled_config(form_class: type[NodeForm], config: str) -> CompiledConfig:
    """Compile a configuration; the versions of a workflow share most of theirs."""
    return compile_config(form_class, decode(config))
