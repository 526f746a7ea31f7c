"""What a node type and a trigger type promise, and the values that pass between."""

from workflows.answers import (
    Ended,
    Failed,
    Fork,
    NodeResult,
    Round,
    Succeeded,
    Waiting,
)
from workflows.contracts.ends import EndedExecution, EndListener
from workflows.contracts.lanes import Hands, Lane
from workflows.contracts.nodes import (
    BranchEnd,
    Effect,
    NodeHandler,
    NodeRun,
    PastRound,
    Reply,
    awaited_by,
    shape_of,
)
from workflows.contracts.switches import Stopped, Switch
from workflows.contracts.templates import Template
from workflows.contracts.triggers import (
    Calendar,
    CalendarQuery,
    ComingRun,
    Crowd,
    Page,
    PlannedRun,
    Preview,
    Subscription,
    Trigger,
)
from workflows.shapes import Field, Kind, Shape, shape_of_fields, shape_of_list

__all__ = [
    "BranchEnd",
    "Calendar",
    "CalendarQuery",
    "ComingRun",
    "Crowd",
    "Effect",
    "EndListener",
    "Ended",
    "EndedExecution",
    "Failed",
    "Field",
    "Fork",
    "Hands",
    "Kind",
    "Lane",
    "NodeHandler",
    "NodeResult",
    "NodeRun",
    "Page",
    "PastRound",
    "PlannedRun",
    "Preview",
    "Reply",
    "Round",
    "Shape",
    "Stopped",
    "Subscription",
    "Succeeded",
    "Switch",
    "Template",
    "Trigger",
    "Waiting",
    "awaited_by",
    "shape_of",
    "shape_of_fields",
    "shape_of_list",
]
