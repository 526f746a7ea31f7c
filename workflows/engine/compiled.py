"""Versions made ready to run, kept per process.

A version that has executed never changes its definition, so nothing here is ever
invalidated; only the number of kept versions is bounded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.contracts import NodeHandler
from workflows.exceptions import WorkflowError
from workflows.forms import CompiledConfig, compile_config
from workflows.graph import Step, plan
from workflows.models import WorkflowVersion
from workflows.registry import nodes

_KEPT = 500
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

    workflow: Mapping[str, object]
    first: str | None
    #: Each node, or what is wrong with it: that belongs to the run that meets it.
    steps: Mapping[str, CompiledStep | WorkflowError]
    plain: Mapping[str, Step]


def compiled(version_ids: Iterable[int]) -> dict[int, CompiledVersion]:
    """Give the compiled versions by id; those that no longer exist are left out."""
    wanted = set(version_ids)
    missing = wanted - _compiled.keys()
    if missing:
        rows = WorkflowVersion.objects.select_related("workflow").in_bulk(missing)
        while len(_compiled) > _KEPT:
            _compiled.pop(next(iter(_compiled)))
        _compiled.update({pk: _compile(version) for pk, version in rows.items()})
    return {pk: _compiled[pk] for pk in wanted if pk in _compiled}


def forget_compiled() -> None:
    """Drop all, for tests, whose rolled-back ids come again."""
    _compiled.clear()


def _compile(version: WorkflowVersion) -> CompiledVersion:
    planned = plan(version.definition)
    return CompiledVersion(
        workflow={
            "id": version.workflow_id,
            "title": version.workflow.title,
            "version": version.number,
        },
        first=planned.first,
        steps={key: _compile_step(step) for key, step in planned.steps.items()},
        plain=planned.steps,
    )


def _compile_step(step: Step) -> CompiledStep | WorkflowError:
    try:
        handler = nodes.get(step.type)
        config = compile_config(handler.form_class, step.config)
    except WorkflowError as error:
        return error
    return CompiledStep(step, handler, config)
