"""One switch for all schedules."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from triggers.models import Pause
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
