"""Brokers of django-q2 for messages that may be lost: taking one deletes it.

On PostgreSQL clusters are woken by NOTIFY, on SQLite by a change of the file; elsewhere
they look every `poll` seconds.
"""

import logging
from collections.abc import Iterable
from functools import cached_property
from time import monotonic
from typing import Any

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from workflows.attempts import Errored, attempt
from workflows.models import lock_free
from workflows.notices import (
    EXECUTIONS,
    Changes,
    Listener,
    can_compare,
    can_notify,
)
from workflows.poller import rest

logger = logging.getLogger(__name__)

#: How long a cluster waits for a notification before it looks by itself.
PATIENCE = 1.0
#: How long it rests between two questions whether an SQLite file was changed.
GLANCE = 0.015
#: How long it rests when what carries the messages does not answer.
RECOVERY = 0.5

#: One way there and back each, inside the sender's transaction or outside.
_ENQUEUE = f"""
    INSERT INTO {OrmQ._meta.db_table} (key, payload, lock) VALUES (%s, %s, %s)
    RETURNING id, pg_notify('{EXECUTIONS}', '')
"""  # noqa: S608 - nothing of it comes from outside
#: It does not wait for the disk: a message that is there again does no harm.
_TAKE = f"""
    DELETE FROM {OrmQ._meta.db_table} WHERE id IN (
        SELECT id FROM {OrmQ._meta.db_table} WHERE key = %s
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id, payload, set_config('synchronous_commit', 'off', true)
"""  # noqa: S608 - nothing of it comes from outside

Message = tuple[Any, Any]


def readable(messages: Iterable[Message]) -> list[Message]:
    """Drop what does not unpickle: it would kill the process that reads messages."""
    kept = []
    for message in messages:
        read = attempt(lambda: SignedPackage.loads(message[1]), blame_database=True)  # noqa: B023 - called at once
        if isinstance(read, Errored):
            logger.error("A message that cannot be read is dropped: %s", read.message)
        else:
            kept.append(message)
    return kept


def _recover(error: Exception) -> None:
    logger.warning("The database does not answer; trying again: %s", error)
    connections[Conf.ORM].close()
    rest(RECOVERY)


class OrmBroker(ORM):  # type: ignore[misc]  # django-q2 has no types
    """The ORM broker of django-q2, but no outage and no message stops it."""

    def dequeue(self) -> list[Message] | None:
        # An exception here would cost the cluster a pause of ten seconds.
        try:
            taken = super().dequeue() or []
            kept = readable(taken)
            for message in taken:
                if message not in kept:
                    self.delete(message[0])
        except (DatabaseError, InterfaceError) as error:
            _recover(error)
            return None
        return kept


class WakeUpBroker(ORM):  # type: ignore[misc]  # django-q2 has no types
    """Take = delete under SKIP LOCKED; enqueue = insert in the caller's transaction."""

    @cached_property
    def _changes(self) -> Changes:
        return Changes(Conf.ORM)

    @cached_property
    def _listener(self) -> Listener:
        return Listener(EXECUTIONS, Conf.ORM)

    def enqueue(self, task: str) -> int:
        values = (self.list_key or Conf.CLUSTER_NAME, task, timezone.now())
        if self._is_postgresql:
            with self._connection.cursor() as cursor:
                cursor.execute(_ENQUEUE, values)
                return int(cursor.fetchone()[0])
        message = OrmQ(**dict(zip(("key", "payload", "lock"), values, strict=True)))
        message.save(using=Conf.ORM, force_insert=True)
        return int(message.pk)

    def dequeue(self) -> list[Message] | None:
        # An exception here would cost the cluster a pause of ten seconds.
        try:
            taken = self._take_at_once() if self._is_postgresql else self._take()
            if not taken:
                self._wait()
        except (DatabaseError, InterfaceError) as error:
            _recover(error)
            return None
        return readable(taken)

    def acknowledge(self, task_id: object) -> None:
        """Do nothing: the message was deleted when it was taken."""

    fail = delete = acknowledge

    @property
    def _connection(self) -> Any:
        return connections[Conf.ORM]

    @property
    def _is_postgresql(self) -> bool:
        return can_notify(Conf.ORM)

    def _take_at_once(self) -> list[Message]:
        with self._connection.cursor() as cursor:
            cursor.execute(_TAKE, (self.list_key, Conf.BULK))
            return sorted((pk, payload) for pk, payload, _ in cursor.fetchall())

    def _take(self) -> list[Message]:
        waiting = OrmQ.objects.using(Conf.ORM).filter(key=self.list_key)
        if not waiting.exists():
            # Without this look SQLite would be locked for writing at every turn.
            return []
        with transaction.atomic(using=Conf.ORM):
            locked = lock_free(waiting).order_by("pk")
            rows = list(locked.values_list("pk", "payload")[: Conf.BULK])
            waiting.filter(pk__in=[pk for pk, _ in rows]).delete()
        return rows

    def _wait(self) -> None:
        if self._is_postgresql:
            self._listener.wait(PATIENCE)
        elif can_compare(Conf.ORM):
            self._await_change()
        else:
            rest(Conf.POLL)

    def _await_change(self) -> None:
        """Return when somebody has written: to see that is cheaper than to look.

        What was written since the last return counts, so that nothing is missed
        between the look and this.
        """
        end = monotonic() + PATIENCE
        while not self._changes.happened() and monotonic() < end:
            rest(GLANCE)
