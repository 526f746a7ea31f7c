"""What may be done with workflows and executions; every effect goes through here."""

from workflows.cluster import unheard, wake_lane
from workflows.services.ahead import drop_ahead, insert_ahead, may_start_ahead
from workflows.services.edits import (
    change_definition,
    change_options,
    change_trigger,
    edit,
    redo,
    undo,
)
from workflows.services.event import Event
from workflows.services.events import record_missed, start, start_many
from workflows.services.executions import (
    cancel,
    expire,
    requeue_abandoned,
    requeue_dead,
    requeue_killed,
    retry,
    run_manually,
)
from workflows.services.history import Author, Steps, changes_since, steps_of
from workflows.services.retention import prune
from workflows.services.validation import (
    Problem,
    problems_of,
    scope_at,
    scopes_of,
    trigger_problems,
)
from workflows.services.versions import (
    archive,
    archive_version,
    copy_as_new,
    copy_as_version,
    create,
    disable,
    enable,
    purge,
)

__all__ = [
    "Author",
    "Event",
    "Problem",
    "Steps",
    "archive",
    "archive_version",
    "cancel",
    "change_definition",
    "change_options",
    "change_trigger",
    "changes_since",
    "copy_as_new",
    "copy_as_version",
    "create",
    "disable",
    "drop_ahead",
    "edit",
    "enable",
    "expire",
    "insert_ahead",
    "may_start_ahead",
    "problems_of",
    "prune",
    "purge",
    "record_missed",
    "redo",
    "requeue_abandoned",
    "requeue_dead",
    "requeue_killed",
    "retry",
    "run_manually",
    "scope_at",
    "scopes_of",
    "start",
    "start_many",
    "steps_of",
    "trigger_problems",
    "undo",
    "unheard",
    "wake_lane",
]
