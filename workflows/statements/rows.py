"""Rows as the hot statements take and give them: what a worker needs, no models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.options import Options
from workflows.states import ExecutionStatus, JobStatus


@dataclass(slots=True)
class NewExecution:
    """An execution to create; `key` names its event, and is unique."""

    workflow_id: int
    version_id: int
    key: str
    context: Mapping[str, Any]
    due_at: datetime | None
    planned_at: datetime | None = None
    manual: bool = False
    ancestors: Sequence[int] = ()
    #: True: its moment is to come, and it is not counted yet.
    ahead: bool | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What became of events: ids by key of what was created and counted.

    Those whose version has a policy were passed over: their keys are in `guarded`.
    """

    created: dict[str, int]
    guarded: set[str]


@dataclass(slots=True)
class Claimed:
    """An execution that a worker has."""

    pk: int
    workflow_id: int
    version_id: int
    context: Mapping[str, Any]
    ancestors: Sequence[int]
    planned_at: datetime | None
    started_at: datetime | None
    expires_at: datetime | None
    reason: str
    position: str
    job_count: int
    token: int
    deliveries: int
    #: What its version is like now; None if there is no such version.
    revision: int | None
    options: Options | None
    #: The bodies it is inside of, the outermost first; see `engine.frames`.
    frames: Sequence[Mapping[str, Any]] | None = None
    #: The moment for which it was claimed: of its event, or of what woke it.
    due_at: datetime | None = None


@dataclass(slots=True)
class JobRow:
    """One run of one node, as it is written."""

    execution_id: int
    number: int
    node_key: str
    node_type: str
    status: JobStatus
    started_at: datetime
    input: Any = None
    result: Any = None
    error: str = ""
    traceback: str = ""
    log: str = ""
    attempt: int = 1
    finished_at: datetime | None = None
    #: In which round of the loops around it, such as "3" or "3.1"; empty outside.
    round: str = ""
    #: When a node that waits reaches its time limit.
    expires_at: datetime | None = None
    #: What a waiting node was told, and when; read here, and written by nobody who
    #: writes jobs, so that none is lost.
    reply: Any = None
    replied_at: datetime | None = None


@dataclass(slots=True)
class Move:
    """What becomes of a claimed execution.

    `token` is the fence: each write adds one, so that what was written once is not
    written again by a worker that never heard of its success.
    """

    pk: int
    token: int
    owner: int | None
    status: ExecutionStatus
    reason: str
    position: str
    job_count: int
    deliveries: int
    due_at: datetime | None
    expires_at: datetime | None
    finished_at: datetime | None = None
    frames: Sequence[Mapping[str, Any]] | None = None


def without_suspects(rows: Sequence[Claimed]) -> list[Claimed]:
    """Leave what a dead worker had to run alone, so that no neighbour is counted."""
    if rows and rows[0].deliveries > 1:
        return [rows[0]]
    return [row for row in rows if row.deliveries == 1]
