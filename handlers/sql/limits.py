"""Limits of time and rows, and reading only, in the words of each database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

#: Steps of SQLite between two looks at the clock; some 100,000 are a millisecond.
_STEPS = 50_000
_MILLISECONDS = 1_000
#: Errors that MySQL and MariaDB give for a time limit, a deadlock or a lost session.
_TIMEOUTS, _PASSING = {1969, 3024, 1317}, {1205, 1213, 2006, 2013}
#: Classes of errors by which PostgreSQL says that it is nobody's fault.
_PASSING_CLASSES = ("08", "40", "57P", "55P03")
_QUERY_CANCELED = "57014"


def hold(connection: BaseDatabaseWrapper, seconds: float, limit: int | None) -> None:
    """Limit all that the transaction of a session does from now on."""
    if connection.vendor == "sqlite":
        _interrupt(connection, seconds)
        return
    for statement in _limiting(connection, seconds, limit):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def only_read(connection: BaseDatabaseWrapper) -> None:
    """Let the database refuse every write of this session."""
    with connection.cursor() as cursor:
        match connection.vendor:
            case "postgresql":
                cursor.execute("SET TRANSACTION READ ONLY")
            case "mysql":
                cursor.execute("START TRANSACTION READ ONLY")
            case _:
                cursor.execute("PRAGMA query_only = ON")


def streaming(connection: BaseDatabaseWrapper) -> Callable[[], Any]:
    """Give what opens a cursor that does not load more rows than are read.

    MySQL and MariaDB are told how many to send; SQLite never does otherwise.
    """
    if connection.vendor == "postgresql":
        return connection.chunked_cursor
    return connection.cursor


@contextmanager
def held(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[str]:
    """Limit one statement in a session that goes on; give what to write before it."""
    match connection.vendor:
        case "postgresql":
            with connection.cursor() as cursor:
                before = _timeout(cursor, f"{int(seconds * _MILLISECONDS)}ms")
                yield ""
                _timeout(cursor, before)
        case "mysql":
            is_mariadb = getattr(connection, "mysql_is_mariadb", False)
            limit = f"SET STATEMENT max_statement_time={float(seconds)} FOR "
            yield limit if is_mariadb else ""
        case _:
            _interrupt(connection, seconds)
            try:
                yield ""
            finally:
                _raw(connection).set_progress_handler(None, 0)


def is_timeout(error: BaseException) -> bool:
    cause: Any = error.__cause__ or error
    if getattr(cause, "sqlstate", None) == _QUERY_CANCELED:
        return True
    return _number(cause) in _TIMEOUTS or str(cause) == "interrupted"


def is_passing(error: BaseException) -> bool:
    """Tell whether it may go better when the whole transaction is repeated."""
    cause: Any = error.__cause__ or error
    state = getattr(cause, "sqlstate", None) or ""
    if state == _QUERY_CANCELED:
        return False
    if state.startswith(_PASSING_CLASSES) or _number(cause) in _PASSING:
        return True
    return "is locked" in str(cause) or _is_lost(cause)


def _is_lost(cause: Any) -> bool:
    """Tell a lost session of PostgreSQL: no answer of the server, so no state."""
    return type(cause).__name__ == "OperationalError" and (
        type(cause).__module__.startswith("psycopg") and cause.sqlstate is None
    )


def _number(cause: Any) -> object:
    return cause.args[0] if getattr(cause, "args", ()) else None


def _limiting(
    connection: BaseDatabaseWrapper, seconds: float, limit: int | None
) -> Iterator[str]:
    milliseconds = int(seconds * _MILLISECONDS)
    if connection.vendor == "postgresql":
        # Only until its end: a pooler may give the session to somebody else.
        yield f"SET LOCAL statement_timeout = {milliseconds}"
        return
    if getattr(connection, "mysql_is_mariadb", False):
        yield f"SET SESSION max_statement_time = {float(seconds)}"
    else:
        yield f"SET SESSION max_execution_time = {milliseconds}"
    if limit is not None:
        yield f"SET SESSION sql_select_limit = {limit + 1}"


def _timeout(cursor: Any, limit: str) -> str:
    """Set a limit until the end of the transaction; give the one before."""
    cursor.execute("SHOW statement_timeout")
    (before,) = cursor.fetchone()
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
    return str(before)


def _interrupt(connection: BaseDatabaseWrapper, seconds: float) -> None:
    connection.ensure_connection()
    end = monotonic() + seconds
    _raw(connection).set_progress_handler(lambda: monotonic() >= end, _STEPS)


def _raw(connection: BaseDatabaseWrapper) -> Any:
    return connection.connection
