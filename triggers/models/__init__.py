"""What triggers store."""

from triggers.models.listening import Listener
from triggers.models.schedule import SETTLING, Pause, Schedule, ScheduleQuerySet
from triggers.models.webhook import Webhook

__all__ = [
    "SETTLING",
    "Listener",
    "Pause",
    "Schedule",
    "ScheduleQuerySet",
    "Webhook",
]
