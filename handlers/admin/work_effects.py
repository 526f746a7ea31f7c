"""What may be done to a background work with one button."""

from django.utils.translation import gettext, gettext_lazy as _, ngettext_lazy

from handlers.work.models import Work
from handlers.work.starting import NotMoved, run_now, stop, try_again
from workflows.admin.effects import Doing, Effect


def _stop(doing: Doing) -> Work:
    work: Work = doing.target
    reason = gettext("stopped by %(user)s") % {"user": doing.user.get_username()}
    if not stop(Work.objects.filter(pk=work.pk), doing.now, reason):
        work.refresh_from_db(fields=["state"])
        raise NotMoved(work, "stopped")
    return work


def _stop_tag(doing: Doing) -> Work:
    """Stop all that have the tag of this one, itself included."""
    work: Work = doing.target
    if not work.tag:
        return _stop(doing)
    reason = gettext("stopped by %(user)s") % {"user": doing.user.get_username()}
    if not stop(Work.objects.filter(tag=work.tag), doing.now, reason):
        raise NotMoved(work, "stopped")
    return work


def _run_now(doing: Doing) -> Work:
    return run_now(doing.target, doing.now)


def _try_again(doing: Doing) -> Work:
    return try_again(doing.target, doing.now)


STOP = Effect(
    name="stop",
    permission="stop",
    label=_("Stop"),
    bulk_label=_("Stop selected works"),
    done=_("Stopped: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d work was stopped.", "%(count)d works were stopped.", "count"
    ),
    apply=_stop,
)
STOP_TAG = Effect(
    name="stop_tag",
    permission="stop",
    label=_("Stop all with this tag"),
    bulk_label=_("Stop all works with the tags of the selected ones"),
    done=_("Stopped with all that have its tag: %(target)s."),
    many_done=ngettext_lazy(
        "The works with %(count)d tag were stopped.",
        "The works with %(count)d tags were stopped.",
        "count",
    ),
    apply=_stop_tag,
)
RUN_NOW = Effect(
    name="run_now",
    permission="start",
    label=_("Run now"),
    bulk_label=_("Run selected works now"),
    done=_("Runs as soon as its conditions hold: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d work runs as soon as its conditions hold.",
        "%(count)d works run as soon as their conditions hold.",
        "count",
    ),
    apply=_run_now,
)
TRY_AGAIN = Effect(
    name="try_again",
    permission="start",
    label=_("Try again"),
    bulk_label=_("Try selected works again"),
    done=_("Queued again: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d work was queued again.",
        "%(count)d works were queued again.",
        "count",
    ),
    apply=_try_again,
)
WORK_EFFECTS = (STOP, STOP_TAG, RUN_NOW, TRY_AGAIN)
