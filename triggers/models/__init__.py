"""What triggers store."""

from triggers.models.listening import Listener
from triggers.models.schedule import SETTLING, Pause, Schedule, ScheduleQuerySet

__all__ = [
    "SETTLING",
    "Listener",
    "Pause",
    "Schedule",
    "ScheduleQuerySet",
]
