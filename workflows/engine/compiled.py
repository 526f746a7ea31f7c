"""Versions made ready to run, kept per process.

They are known by id and revision, so that one which was edited is made ready anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workflows.codec import decode, dump
from workflows.contracts import NodeHandler
from workflows.exceptions import WorkflowError
from workflows.forms import CompiledConfig, NodeForm, compile_config
from workflows.graph import Step, plan
from workflows.models import WorkflowVersion
from workflows.registry import nodes

_KEPT = 2_000
_compiled: dict[int, "CompiledVersion"] = {}


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A node with its handler and its cleaned configuration."""

    step: Step
    handler: NodeHandler
    config: CompiledConfig


@dataclass(frozen=True, slots=True)
class CompiledVersion:
    """A version with its nodes by key."""

    revision: int
    workflow: Mapping[str, object]
    first: str | None
    #: Each node, or what is wrong with it: that belongs to the run that meets it.
    steps: Mapping[str, CompiledStep | WorkflowError]
    plain: Mapping[str, Step]


def compiled(revisions: Mapping[int, int]) -> dict[int, CompiledVersion]:
    """Give the compiled versions by id, for revisions by id; none for a lost one."""
    missing = [pk for pk, number in revisions.items() if not _is_known(pk, number)]
    if missing:
        while len(_compiled) + len(missing) > _KEPT and _compiled:
            _compiled.pop(next(iter(_compiled)))
        rows = WorkflowVersion.objects.filter(pk__in=missing)
        for values in rows.values_list(*_COLUMNS):
            _compiled[values[0]] = _compile(values)
    return {pk: _compiled[pk] for pk in revisions if pk in _compiled}


_COLUMNS = (
    "pk",
    "revision",
    "number",
    "definition",
    "workflow_id",
    "workflow__title",
)


def _is_known(pk: int, revision: int) -> bool:
    return pk in _compiled and _compiled[pk].revision == revision


def warm_up(most: int) -> int:
    """Make ready up to `most` versions that may run any moment; say how many.

    A schedule of many workflows in one second is late by the time that this takes.
    """
    enabled = WorkflowVersion.objects.enabled().values_list("pk", "revision")
    wanted = [
        (pk, number) for pk, number in enabled[:_KEPT] if not _is_known(pk, number)
    ]
    return len(compiled(dict(wanted[:most])))


def forget_compiled() -> None:
    """Drop all, for tests, whose rolled-back ids come again."""
    _compiled.clear()
    _compiled_config.cache_clear()


def _compile(row: Sequence[Any]) -> CompiledVersion:
    _pk, revision, number, definition, workflow_id, title = row
    planned = plan(definition)
    return CompiledVersion(
        revision=revision,
        workflow={"id": workflow_id, "title": title, "version": number},
        first=planned.first,
        steps={key: _compile_step(step) for key, step in planned.steps.items()},
        plain=planned.steps,
    )


def _compile_step(step: Step) -> CompiledStep | WorkflowError:
    try:
        handler = nodes.get(step.type)
        config = _compiled_config(handler.form_class, dump(step.config))
    except WorkflowError as error:
        return error
    return CompiledStep(step, handler, config)


@lru_cache(maxsize=2 * _KEPT)
def _compiled_config(form_class: type[NodeForm], config: str) -> CompiledConfig:
    """Compile a configuration; the versions of a workflow share most of theirs."""
    return compile_config(form_class, decode(config))
