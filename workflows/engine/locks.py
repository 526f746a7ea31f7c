"""Locks that are free at once when the process that holds them is killed.

A lease says only after its time that a worker is dead; the kernel knows it at once: it
closes the connection or the file, and with it the lock.
"""

import fcntl
import hashlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workflows.conf import settings
from workflows.engine.inheritance import keep_from_children
from workflows.exceptions import CannotLock
from workflows.models import Execution, Worker
from workflows.states import ExecutionStatus

#: The high bits of our advisory locks on PostgreSQL; the low 48 are the worker's id.
NAMESPACE = 0x5043
_LOW = (1 << 48) - 1

#: How soon a server notices that the host of a worker is gone, about 11 s.
_KEEPALIVES = {"idle": 5, "interval": 2, "count": 3}


class Locks:
    """The locks of workers on a database that has none: only the lease rules."""

    #: A lock that its holder can lose without being dead, with its connection.
    frail = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @property
    def lost(self) -> bool:
        """Tell whether the lock has to be taken, the first time or again."""
        return True

    @property
    def file(self) -> int | None:
        """Give the descriptor that can be read when the lock may be lost."""
        return None

    def take(self, worker: int) -> bool:
        """Hold the lock of `worker`; False: what is left of an old connection has it.

        Raises `CannotLock` if there is no use in trying again.
        """
        reason = f"{self.connection.vendor} has no locks for it"
        raise CannotLock(reason)

    def release(self) -> None:
        """Let the lock go, at the end of its holder."""

    def held(self, workers: Collection[int]) -> set[int]:
        """Tell which of `workers` have their locks, or may have them."""
        return set(workers)

    def forget(self, worker: int) -> None:
        """Remove what the lock of a dead worker left behind."""


class SessionLocks(Locks):
    """Locks that a database keeps for a session, and frees when its socket closes."""

    frail = True

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        #: The connection of the driver that has the lock.
        self._holder: Any = None

    @property
    def lost(self) -> bool:
        return self._holder is None or self._holder is not self.connection.connection

    @property
    def file(self) -> int | None:
        return None if self.lost else int(self._holder.fileno())

    def take(self, worker: int) -> bool:
        self._configure()
        taken, server_side = self._take(worker)
        if server_side != self._session():
            # The lock would belong to a session that others use, or that ends soon.
            self.connection.close()
            reason = "a pooler between this process and the database shares sessions"
            raise CannotLock(reason)
        if taken:
            self._holder = self.connection.connection
            keep_from_children(int(self._holder.fileno()))
        return taken

    def release(self) -> None:
        self._holder = None
        self.connection.close()

    def _configure(self) -> None:
        """Prepare the connection; it is not open yet the first time."""

    def _take(self, worker: int) -> tuple[bool, int]:
        """Try the lock; give the id that the server knows the session by, too."""
        raise NotImplementedError

    def _session(self) -> int:
        """Give the id that the driver knows the session by."""
        raise NotImplementedError

    def _row(self, sql: str, values: Collection[object] = ()) -> tuple[Any, ...]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return tuple(cursor.fetchone())


class PostgresqlLocks(SessionLocks):
    """Session advisory locks."""

    def _configure(self) -> None:
        given = self.connection.settings_dict["OPTIONS"]
        options = {f"keepalives_{name}": value for name, value in _KEEPALIVES.items()}
        options |= given
        # A connection from a pool would go back to it with the lock.
        options.pop("pool", None)
        if options != given:
            self.connection.close()
            own = {**self.connection.settings_dict, "OPTIONS": options}
            self.connection.settings_dict = own
        # The other direction: the server has to notice a host that is gone.
        self._row(_NOTICE_LOST_HOSTS)

    def _take(self, worker: int) -> tuple[bool, int]:
        key = NAMESPACE << 48 | worker & _LOW
        sql = "SELECT pg_try_advisory_lock(%s), pg_backend_pid()"
        taken, session = self._row(sql, [key])
        return bool(taken), int(session)

    def _session(self) -> int:
        return int(self.connection.connection.info.backend_pid)

    def held(self, workers: Collection[int]) -> set[int]:
        with self.connection.cursor() as cursor:
            cursor.execute(_ADVISORY, [NAMESPACE])
            found = {high << 32 | low for high, low in cursor.fetchall()}
        return {worker for worker in workers if worker & _LOW in found}


_NOTICE_LOST_HOSTS = "SELECT " + ", ".join(
    f"set_config('tcp_keepalives_{name}', '{value}', false)"
    for name, value in _KEEPALIVES.items()
)
#: Reading the list disturbs nobody; trying the locks would take them for a moment.
_ADVISORY = """
    SELECT classid::bigint & 65535, objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND classid::bigint >> 16 = %s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class MysqlLocks(SessionLocks):
    """Named locks; the server keeps one list for all its databases."""

    def _take(self, worker: int) -> tuple[bool, int]:
        sql = "SELECT GET_LOCK(%s, 0), CONNECTION_ID()"
        taken, session = self._row(sql, [self._name(worker)])
        return bool(taken), int(session)

    def _session(self) -> int:
        return int(self.connection.connection.thread_id())

    def held(self, workers: Collection[int]) -> set[int]:
        asked = sorted(workers)
        columns = ", ".join(["IS_USED_LOCK(%s)"] * len(asked))
        users = self._row(f"SELECT {columns}", [self._name(pk) for pk in asked])
        return {pk for pk, user in zip(asked, users, strict=True) if user is not None}

    def _name(self, worker: int) -> str:
        database = str(self.connection.settings_dict["NAME"]).encode()
        return f"punctual:{hashlib.sha256(database).hexdigest()[:16]}:{worker}"


class FileLocks(Locks):
    """A locked file for each worker, beside the database."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._open: int | None = None

    @property
    def lost(self) -> bool:
        return self._open is None

    def take(self, worker: int) -> bool:
        path = self._path(worker)
        if path is None:
            reason = "a database in memory has no folder for lock files"
            raise CannotLock(reason)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._open, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotLock(str(error)) from error
        keep_from_children(self._open)
        return True

    def release(self) -> None:
        if self._open is not None:
            os.close(self._open)
            self._open = None

    def held(self, workers: Collection[int]) -> set[int]:
        return {worker for worker in workers if not self._is_free(self._path(worker))}

    def forget(self, worker: int) -> None:
        path = self._path(worker)
        if path is not None:
            path.unlink(missing_ok=True)

    def _path(self, worker: int) -> Path | None:
        folder = settings().lock_folder
        if folder:
            return Path(folder) / str(worker)
        if self.connection.is_in_memory_db():
            return None
        database = Path(self.connection.settings_dict["NAME"])
        return database.with_name(f"{database.name}-workers") / str(worker)

    def _is_free(self, path: Path | None) -> bool:
        """Try the lock, as others may at the same time; what is unclear is not free."""
        if path is None:
            return False
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        else:
            return True
        finally:
            os.close(file)


_KINDS: dict[str, type[Locks]] = {
    "postgresql": PostgresqlLocks,
    "mysql": MysqlLocks,
    "sqlite": FileLocks,
}


def locks_on(connection: Any) -> Locks:
    """Give the locks of workers as this database has them."""
    return _KINDS.get(connection.vendor, Locks)(connection)


def busy(connection: Any) -> set[int]:
    """Find the workers that have a lock, as far as anybody knows, and executions."""
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [ExecutionStatus.RUNNING])
        return {pk for (pk,) in cursor.fetchall()}


#: Asked several times a second by every idle scheduler: not through the ORM.
_BUSY = f"""
    SELECT id FROM {Worker._meta.db_table} worker WHERE has_lock AND EXISTS (
        SELECT 1 FROM {Execution._meta.db_table} execution
        WHERE execution.owner = worker.id AND execution.status = %s
    )
"""  # noqa: S608 - nothing of it comes from outside
