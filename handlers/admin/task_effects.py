"""What may be done to a task with one button."""

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from handlers.people.answering import TaskEnded
from handlers.people.models import HumanTask
from handlers.people.reminding import remind
from workflows.admin.effects import Doing, Effect


def _remind(doing: Doing) -> HumanTask:
    task: HumanTask = doing.target
    if not task.is_open:
        raise TaskEnded(task.title)
    remind(task, doing.now, doing.user)
    return task


REMIND = Effect(
    name="remind",
    permission="answer",
    label=_("Remind now"),
    bulk_label=_("Remind people of selected tasks"),
    done=_("Reminded of: %(target)s."),
    many_done=ngettext_lazy(
        "Reminded of %(count)d task.", "Reminded of %(count)d tasks.", "count"
    ),
    apply=_remind,
)
TASK_EFFECTS = (REMIND,)
