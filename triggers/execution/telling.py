"""Start what follows the executions that have just ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from triggers.listening import Kind, listeners
from triggers.models import Listener
from workflows.contracts import EndedExecution, EndListener
from workflows.models import Execution
from workflows.services import Event, start_many

#: Listens to the ends of every other workflow.
ANY = "*"


def context_of(execution: Execution, now: datetime) -> dict[str, Any]:
    """Describe an ended execution to the workflow that follows."""
    return {
        "data": {
            "id": execution.pk,
            "workflow_id": execution.workflow_id,
            "version_id": execution.version_id,
            "workflow": execution.workflow.title,
            "status": str(execution.status),
            "reason": execution.reason,
            "output": execution.output,
            "started_at": execution.started_at,
            "finished_at": execution.finished_at,
        },
        "date": execution.finished_at or now,
    }


class StartFollowers(EndListener):
    """Starts the workflows that listen, in the transaction of the end."""

    name = "triggers.execution"

    def ended(self, ends: Sequence[EndedExecution], now: datetime) -> None:
        ids = {str(end.workflow_id) for end in ends}
        found = listeners(Kind.EXECUTION, [*sorted(ids), ANY])
        if not found:
            return
        rows = Execution.objects.select_related("workflow").only(
            *("workflow_id", "version_id", "status", "reason", "output"),
            *("started_at", "finished_at", "ancestors", "workflow__title"),
        )
        ended = rows.in_bulk([end.pk for end in ends])
        events = [event for end in ends for event in _events(ended[end.pk], found, now)]
        if events:
            start_many(events, now)


def _events(
    execution: Execution, found: Sequence[Listener], now: datetime
) -> Iterator[Event]:
    for listener in found:
        if _follows(listener, execution):
            yield Event(
                workflow_id=listener.version.workflow_id,
                version_id=listener.version_id,
                key=f"{listener.version_id}:ended:{execution.pk}",
                context=context_of(execution, now),
                ancestors=(*execution.ancestors, execution.pk),
            )


def _follows(listener: Listener, execution: Execution) -> bool:
    config: Mapping[str, Any] = listener.version.trigger_config
    if execution.status not in config.get("statuses", ()):
        return False
    if listener.subject == ANY:
        return listener.version.workflow_id != execution.workflow_id
    return listener.subject == str(execution.workflow_id)
