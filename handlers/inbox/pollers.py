"""What runs by the clock for the inbox: old messages are deleted."""

from datetime import UTC, datetime, timedelta

from handlers.conf import settings
from handlers.inbox.models import InboxMessage
from workflows.poller import Poller

CHUNK = 500
NEVER = datetime.min.replace(tzinfo=UTC)


class PruneInbox(Poller):
    """Deletes messages that were sent long ago, read or not, a share at a time."""

    period = timedelta(minutes=10)

    def __init__(self) -> None:
        self._next = NEVER

    def poll(self, now: datetime) -> int:
        keep = settings().keep
        if now < self._next or not keep:
            return 0
        old = InboxMessage.objects.filter(sent_at__lt=now - keep)
        keys = list(old.order_by("sent_at").values_list("pk", flat=True)[:CHUNK])
        InboxMessage.objects.filter(pk__in=keys).delete()
        if not keys:
            self._next = now + self.period
        return len(keys)

    def due(self, now: datetime) -> datetime | None:
        return max(self._next, now) if settings().keep else None
