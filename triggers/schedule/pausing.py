"""One switch for all schedules."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from triggers.models import Pause, Schedule
from triggers.schedule.leading import take_back
from workflows.contracts import Stopped, Switch
from workflows.notices import MOMENTS, notify


def pause(now: datetime, user: Any = None) -> bool:
    """Let no schedule fire until `resume`; False if they are paused already.

    Moments that pass meanwhile are missed, and each schedule's policy decides about
    them afterwards.
    """
    try:
        with transaction.atomic():
            Pause.objects.create(paused_at=now, paused_by=user, lasting=True)
    except IntegrityError:
        return False
    take_back(Schedule.objects.all())
    notify(MOMENTS)
    return True


def resume(now: datetime) -> bool:
    """Let schedules fire again; False if they were not paused."""
    notify(MOMENTS)
    return bool(Pause.objects.lasting().update(resumed_at=now, lasting=None))


def missed_reason(moment: datetime | None) -> str:
    """Say why a moment passed unused."""
    if moment is not None and Pause.objects.covering(moment).exists():
        return "schedules were paused at its time"
    return "no scheduler was running at its time"


class PauseSchedules(Switch):
    """The switch in the list of workflows that pauses all schedules."""

    name = "schedules"
    permission = "triggers.pause_schedules"
    stop_label = _("Pause all schedules")
    release_label = _("Resume all schedules")
    consequence = _(
        "No schedule fires until they are resumed. What would have run meanwhile is "
        "missed, and each workflow decides about its missed runs then. What runs "
        "already goes on, and workflows can still be run by hand."
    )
    stop_done = _("All schedules are paused.")
    release_done = _("All schedules are resumed.")

    def stopped(self) -> Stopped | None:
        lasting = Pause.objects.lasting().select_related("paused_by").first()
        return Stopped(_sentence(lasting), lasting) if lasting else None

    def stop(self, now: datetime, user: Any) -> bool:
        return pause(now, user)

    def release(self, now: datetime) -> bool:
        return resume(now)


def _sentence(lasting: Pause) -> str:
    moment = timezone.localtime(lasting.paused_at)
    facts = {"since": f"{moment:%Y-%m-%d %H:%M:%S}", "user": lasting.paused_by}
    if lasting.paused_by is None:
        return gettext("All schedules are paused since %(since)s.") % facts
    return gettext("All schedules are paused since %(since)s, by %(user)s.") % facts
