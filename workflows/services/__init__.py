"""What may be done with workflows and executions; every effect goes through here."""

from workflows.cluster import muted as unwoken, unheard, wake_lane
from workflows.engine import Given
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
    expire,
    requeue_abandoned,
    requeue_dead,
    requeue_killed,
    retry,
    run_here,
    run_manually,
)
from workflows.services.history import (
    Author,
    Steps,
    changes_since,
    definition_at,
    steps_of,
)
from workflows.services.pins import TRIGGER, pin, pins_of, unpin
from workflows.services.rehearsals import (
    PINNED,
    UNTOUCHED,
    Plan,
    Play,
    Played,
    given_by,
    last_context,
    plan_rehearsal,
    played_in,
    rehearse_version,
    results_of,
)
from workflows.services.replies import resume
from workflows.services.retention import prune
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
    "PINNED",
    "TRIGGER",
    "UNTOUCHED",
    "Author",
    "Event",
    "Given",
    "Place",
    "Plan",
    "Play",
    "Played",
    "Problem",
    "Steps",
    "Trial",
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
    "create_from_template",
    "definition_at",
    "disable",
    "drop_ahead",
    "edit",
    "enable",
    "end_orphans",
    "expire",
    "export",
    "given_by",
    "has_real_effect",
    "import_document",
    "import_text",
    "insert_ahead",
    "last_context",
    "may_start_ahead",
    "pin",
    "pins_of",
    "plan_rehearsal",
    "played_in",
    "problems_of",
    "prune",
    "purge",
    "read_template",
    "record_missed",
    "redo",
    "refuse",
    "rehearse_version",
    "requeue_abandoned",
    "requeue_dead",
    "requeue_killed",
    "results_of",
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
    "unpin",
    "unwoken",
    "wake_lane",
]
