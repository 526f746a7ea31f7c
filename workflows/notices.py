"""Notices between processes: something new is there, look at once (PostgreSQL only).

A notice is a hint. Losing one costs the patience of the listener and nothing else.
"""

from typing import Any

from django.db import connections

#: Executions may be taken.
EXECUTIONS = "punctual_wake_up"
#: A moment has come nearer than the scheduler knows.
MOMENTS = "punctual_moment"


def can_notify(alias: str = "default") -> bool:
    return bool(connections[alias].vendor == "postgresql")


def can_compare(alias: str = "default") -> bool:
    """Tell whether `Changes` can say that nothing happened."""
    return bool(connections[alias].vendor == "sqlite")


def notify(channel: str, alias: str = "default") -> None:
    """Send a notice; inside a transaction it goes out with the commit."""
    if can_notify(alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [channel])


class Changes:
    """Notices that SQLite's file was changed by somebody else, without a query.

    `PRAGMA data_version` reads one number from the header that the connection has
    mapped into memory; it changes with each commit of another connection.
    """

    def __init__(self, alias: str = "default") -> None:
        self.alias = alias
        self._seen: tuple[Any, int] | None = None

    def happened(self) -> bool:
        """Tell whether to look again; True at first, and on a new connection."""
        connection = connections[self.alias]
        connection.ensure_connection()
        with connection.wrap_database_errors:
            sqlite = connection.connection
            [version] = sqlite.execute("PRAGMA data_version").fetchone()
        before, self._seen = self._seen, (sqlite, version)
        return before != self._seen


class Listener:
    """Waits for notices on one channel."""

    def __init__(self, channel: str, alias: str = "default") -> None:
        self.channel = channel
        self.alias = alias
        #: The connection of psycopg that listens; a new one has to begin again.
        self._listening: Any = None

    def wait(self, seconds: float) -> bool:
        """Return at a notice, or after so many seconds; say whether to look again.

        The first call on a connection returns at once and says yes: what came before
        it began to listen was not announced.
        """
        connection = connections[self.alias]
        connection.ensure_connection()
        # What psycopg raises by itself would not be known for a database error.
        with connection.wrap_database_errors:
            return self._await(connection.connection, seconds)

    def _await(self, psycopg: Any, seconds: float) -> bool:
        if self._listening is not psycopg:
            psycopg.execute(f"LISTEN {self.channel}")
            self._listening = psycopg
            return True
        heard = any([*psycopg.notifies(timeout=seconds, stop_after=1)])
        # One look answers all the others that have come.
        for _ in psycopg.notifies(timeout=0):
            pass
        return heard
