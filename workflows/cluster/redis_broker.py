"""Wake-ups through Redis: a separate module, since its package is an extra."""

import logging

from django_q.brokers.redis_broker import Redis
from redis.exceptions import RedisError

from workflows.cluster.broker import RECOVERY, Message, readable
from workflows.poller import rest

logger = logging.getLogger(__name__)


class RedisBroker(Redis):  # type: ignore[misc]  # django-q2 has no types
    """The broker of django-q2, but no outage and no message stops it."""

    def queue_size(self) -> int:
        """Count what waits; nothing does in a server that does not answer."""
        try:
            return int(super().queue_size())
        except RedisError as error:
            logger.warning("Redis does not answer: %s", error)
            return 0

    def dequeue(self) -> list[Message] | None:
        # An exception here would cost the cluster a pause of ten seconds.
        try:
            taken = super().dequeue()
        except RedisError as error:
            logger.warning("Redis does not answer; trying again: %s", error)
            rest(RECOVERY)
            return None
        return readable((ack, payload.decode()) for ack, payload in taken or ())
