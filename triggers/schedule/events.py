"""The events that schedules send: one key for each moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from triggers.schedule.config import ScheduleConfig
from workflows.models import WorkflowVersion
from workflows.services import Event


def event_of(
    version: WorkflowVersion,
    config: ScheduleConfig,
    moment: datetime,
    *,
    record: str = "",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Make the event of one moment; for a record, with the record as data."""
    scope = f"{version.pk}:{record}" if record else str(version.pk)
    return Event(
        workflow_id=version.workflow_id,
        version_id=version.pk,
        key=f"{scope}@{moment.isoformat()}",
        context={"date": moment, **({"data": data} if data is not None else {})},
        planned_at=moment,
        limit=config.max_runs,
    )
