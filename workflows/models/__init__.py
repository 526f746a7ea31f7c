"""What is stored: workflows in versions, their executions and jobs."""

from workflows.models.child import Child
from workflows.models.editing import EditStep
from workflows.models.execution import LATE, Execution, ExecutionQuerySet
from workflows.models.fields import marker
from workflows.models.health import Alert, HealthCheck, Incident, Restart
from workflows.models.job import Job
from workflows.models.locking import lock_free
from workflows.models.rehearsal import Pin, Rehearsal
from workflows.models.worker import Worker, WorkerQuerySet
from workflows.models.workflow import (
    Category,
    Workflow,
    WorkflowVersion,
    label_of,
)

__all__ = [
    "LATE",
    "Alert",
    "Category",
    "Child",
    "EditStep",
    "Execution",
    "ExecutionQuerySet",
    "HealthCheck",
    "Incident",
    "Job",
    "Pin",
    "Rehearsal",
    "Restart",
    "Worker",
    "WorkerQuerySet",
    "Workflow",
    "WorkflowVersion",
    "label_of",
    "lock_free",
    "marker",
]
