"""Events, and the rows that they become."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.statements import NewExecution


@dataclass(frozen=True, slots=True)
class Event:
    """One happening that starts one execution."""

    workflow_id: int
    version_id: int
    #: Names the happening; a second event of the same key starts nothing.
    key: str
    #: What expressions see as `trigger`: `{"data": ..., "date": ...}`.
    context: Mapping[str, Any]
    planned_at: datetime | None = None
    manual: bool = False
    #: Start only while the workflow, over all versions, has run less often.
    limit: int | None = None
    #: Ids of the executions that led here, the eldest first.
    ancestors: tuple[int, ...] = ()
    #: False: it was counted when it happened, and is only taken up again.
    is_new: bool = True
    #: Its execution may have been inserted already; see `workflows.services.ahead`.
    ahead: bool = False


def new_execution(
    event: Event, due_at: datetime | None, *, ahead: bool = False
) -> NewExecution:
    return NewExecution(
        event.workflow_id,
        event.version_id,
        event.key,
        event.context,
        due_at,
        event.planned_at,
        event.manual,
        event.ancestors,
        ahead=ahead or None,
    )
