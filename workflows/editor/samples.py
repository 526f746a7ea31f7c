"""Values of the last test or run, to show what expressions would give."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.codec import decode
from workflows.exceptions import NoSample
from workflows.expressions import UnknownName, check_names, compile_value
from workflows.models import WorkflowVersion
from workflows.services import known_of, scope_at, trigger_names

#: What is known of an execution before the first.
UNRUN: Mapping[str, Any] = {"id": 0, "planned_at": None}
#: Characters of an expression that is tried.
LONGEST = 20_000

Samples = Mapping[str, Any]


def samples_of(version: WorkflowVersion) -> Samples | None:
    """Give the names and values of pins, and of the last test or run."""
    known = known_of(version)
    if known is None:
        return None
    last = known.execution
    execution = {"id": last.pk, "planned_at": last.planned_at} if last else UNRUN
    return {
        "trigger": known.context,
        "nodes": known.results,
        "vars": {},
        "execution": execution,
        "workflow": {"id": version.workflow_id, "title": version.workflow.title},
    }


def tried(
    version: WorkflowVersion, key: str, text: str, samples: Samples, now: datetime
) -> Any:
    """Give what the text of a setting of node `key` gives with these values.

    Raises `ExpressionError`, for names too that are not known at the node, and
    `NoSample` where a name is right and the last run has no value for it.
    """
    value = _read(text[:LONGEST])
    compiled = compile_value(value)
    scope = scope_at(version.definition, key, trigger_names(version))
    check_names(compiled.names, scope)
    try:
        return compiled.render({**samples, "now": now})
    except UnknownName as error:
        raise NoSample from error


def _read(text: str) -> Any:
    """Read a setting as its field does: JSON if it is some, else text."""
    if not text.lstrip().startswith(("{", "[")) or text.lstrip().startswith("{{"):
        return text
    try:
        return decode(text)
    except ValueError:
        return text
