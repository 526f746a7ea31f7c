"""What may be done with workflows and executions; every effect goes through here."""

from workflows.cluster import muted as unwoken, unheard, wake_lane
from workflows.services.ahead import drop_ahead, insert_ahead, may_start_ahead
from workflows.services.children import end_orphans, settle_children, start_child
from workflows.services.edits import (
    change_definition,
    change_options,
    change_trigger,
    edit,
    redo,
    undo,
)
from workflows.services.event import Event
from workflows.services.events import record_missed, refuse, start, start_many
from workflows.services.exchange import (
    LARGEST,
    create_from_template,
    export,
    import_document,
    import_text,
    read_template,
)
from workflows.services.executions import (
    cancel,
    cancel_many,
    expire,
    requeue_abandoned,
    requeue_dead,
    requeue_killed,
    retry,
    run_here,
    run_manually,
)
from workflows.services.history import Author, Steps, changes_since, steps_of
from workflows.services.mending import Mending, mend, mending_of
from workflows.services.replies import resume
from workflows.services.retention import delete_many, prune
from workflows.services.scopes import Place, scope_at, scopes_of
from workflows.services.trials import Trial, has_real_effect, try_node
from workflows.services.validation import (
    Problem,
    problems_of,
    trigger_names,
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
    "LARGEST",
    "Author",
    "Event",
    "Mending",
    "Place",
    "Problem",
    "Steps",
    "Trial",
    "archive",
    "archive_version",
    "cancel",
    "cancel_many",
    "change_definition",
    "change_options",
    "change_trigger",
    "changes_since",
    "copy_as_new",
    "copy_as_version",
    "create",
    "create_from_template",
    "delete_many",
    "disable",
    "drop_ahead",
    "edit",
    "enable",
    "end_orphans",
    "expire",
    "export",
    "has_real_effect",
    "import_document",
    "import_text",
    "insert_ahead",
    "may_start_ahead",
    "mend",
    "mending_of",
    "problems_of",
    "prune",
    "purge",
    "read_template",
    "record_missed",
    "redo",
    "refuse",
    "requeue_abandoned",
    "requeue_dead",
    "requeue_killed",
    "resume",
    "retry",
    "run_here",
    "run_manually",
    "scope_at",
    "scopes_of",
    "settle_children",
    "start",
    "start_child",
    "start_many",
    "steps_of",
    "trigger_names",
    "trigger_problems",
    "try_node",
    "undo",
    "unheard",
    "unwoken",
    "wake_lane",
]
