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


def _delete(doing: Doing) -> None:
    services.delete_many([doing.target.pk])


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
MEND = Effect(
    name="mend",
    permission="retry",
    label=_("Retry from the failed node"),
    bulk_label=_("Retry selected executions from where they stopped"),
    done=_("%(target)s goes on from where it stopped, as %(outcome)s."),
    many_done=ngettext_lazy(
        "%(count)d execution goes on from where it stopped.",
        "%(count)d executions go on from where they stopped.",
        "count",
    ),
    apply=lambda doing: services.mend(doing.target, doing.now),
    creates=True,
)
MEND_NEWEST = Effect(
    name="mend_newest",
    permission="retry",
    label=_("Retry with the newest version"),
    bulk_label=_("Retry selected executions with the newest versions"),
    done=_("%(target)s goes on with the newest version, as %(outcome)s."),
    many_done=ngettext_lazy(
        "%(count)d execution goes on with the newest version.",
        "%(count)d executions go on with the newest versions.",
        "count",
    ),
    apply=lambda doing: services.mend(doing.target, doing.now, newest=True),
    creates=True,
)
DELETE = Effect(
    # The action of the admin, and what asks first, answer to this name.
    name="delete_selected",
    permission="delete",
    label=_("Delete"),
    bulk_label=_("Delete selected executions"),
    done=_("Deleted: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d execution was deleted.",
        "%(count)d executions were deleted.",
        "count",
    ),
    apply=_delete,
)
EXECUTION_EFFECTS = (CANCEL, RETRY, MEND, MEND_NEWEST)
