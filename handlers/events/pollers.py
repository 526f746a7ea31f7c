"""What runs by the clock for events: what nobody can take any more is deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from handlers.events.models import EventChannel, EventWait, SentEvent
from workflows.conf import settings
from workflows.models import Execution
from workflows.poller import Poller

CHUNK = 500
NEVER = datetime.min.replace(tzinfo=UTC)


class PruneEvents(Poller):
    """Deletes the channels and waits of ended executions, and old events."""

    period = timedelta(minutes=10)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        if now < self._next:
            return 0
        lives = Execution.objects.unfinished().filter(pk=OuterRef("execution"))
        own = EventChannel.objects.filter(execution__isnull=False)
        gone = _delete(own.filter(~Exists(lives)))
        gone += _delete(EventWait.objects.filter(~Exists(lives)))
        old = SentEvent.objects.filter(sent_at__lt=now - settings().event_keep)
        gone += _delete(old.filter(channel__execution=None))
        if not gone:
            self._next = now + self.period
        return gone

    def due(self, now: datetime) -> datetime | None:
        return max(self._next, now)


def _delete(rows: "QuerySet[Any]") -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
