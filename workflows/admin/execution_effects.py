"""What may be done to an execution with one button."""

from django.utils.translation import gettext, gettext_lazy as _, ngettext_lazy

from workflows import services
from workflows.admin.effects import Doing, Effect
from workflows.models import Execution


def _cancel(doing: Doing) -> Execution:
    execution: Execution = doing.target
    reason = gettext("cancelled by %(user)s") % {"user": doing.user.get_username()}
    services.cancel(execution, doing.now, reason)
    return execution


def _retry(doing: Doing) -> Execution:
    return services.retry(doing.target, doing.now)


CANCEL = Effect(
    name="cancel",
    permission="cancel",
    label=_("Cancel"),
    bulk_label=_("Cancel selected executions"),
    done=_("Cancelled: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d execution was cancelled.",
        "%(count)d executions were cancelled.",
        "count",
    ),
    apply=_cancel,
)
RETRY = Effect(
    name="retry",
    permission="retry",
    label=_("Run again"),
    bulk_label=_("Run selected executions again"),
    done=_("Run again: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d execution runs again.", "%(count)d executions run again.", "count"
    ),
    apply=_retry,
    creates=True,
)
EXECUTION_EFFECTS = (CANCEL, RETRY)
