"""A broker of django-q2 for messages that may be lost: taking one deletes it.

On PostgreSQL workers are woken by NOTIFY; elsewhere they look every `poll` seconds.
"""

import logging
from typing import Any

from django.db import DatabaseError, InterfaceError, connections, transaction
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from workflows.poller import rest

logger = logging.getLogger(__name__)

CHANNEL = "punctual_wake_up"
#: How long a worker waits for a notification before it looks by itself.
PATIENCE = 1.0
#: How long it rests when the database does not answer.
RECOVERY = 0.5


class WakeUpBroker(ORM):  # type: ignore[misc]  # django-q2 has no types
    """Take = delete under SKIP LOCKED; enqueue = insert in the caller's transaction."""

    _listens = False

    def enqueue(self, task: str) -> Any:
        pk = super().enqueue(task)
        if self._is_postgresql:
            with self._connection.cursor() as cursor:
                cursor.execute(f"NOTIFY {CHANNEL}")
        return pk

    def dequeue(self) -> list[tuple[int, str]] | None:
        # An exception here would cost the cluster a pause of ten seconds.
        try:
            taken = self._take()
            if not taken:
                self._wait()
        except (DatabaseError, InterfaceError):
            logger.warning("The database does not answer; trying again.", exc_info=True)
            self._connection.close()
            self._listens = False
            rest(RECOVERY)
            return None
        return taken

    def acknowledge(self, task_id: object) -> None:
        """Do nothing: the message was deleted when it was taken."""

    fail = delete = acknowledge

    @property
    def _connection(self) -> Any:
        return connections[Conf.ORM]

    @property
    def _is_postgresql(self) -> bool:
        return bool(self._connection.vendor == "postgresql")

    def _take(self) -> list[tuple[int, str]]:
        can_skip = self._connection.features.has_select_for_update_skip_locked
        with transaction.atomic(using=Conf.ORM):
            waiting = OrmQ.objects.using(Conf.ORM).filter(key=self.list_key)
            locked = waiting.select_for_update(skip_locked=can_skip).order_by("pk")
            rows = list(locked.values_list("pk", "payload")[: Conf.BULK])
            if rows:
                waiting.filter(pk__in=[pk for pk, _ in rows]).delete()
        return rows

    def _wait(self) -> None:
        if not self._is_postgresql:
            rest(Conf.POLL)
            return
        self._connection.ensure_connection()
        psycopg = self._connection.connection
        if not self._listens:
            psycopg.execute(f"LISTEN {CHANNEL}")
            self._listens = True
            return
        for _ in psycopg.notifies(timeout=PATIENCE, stop_after=1):
            return
