"""Statements run within limits of time and rows, and where they only read, read-only.

The database itself holds them to it, in a session of their own that ends with them:
nothing that they set outlives them, and nobody waits behind them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from handlers.sql import limits
from handlers.sql.answers import Answer, collect
from handlers.sql.errors import SqlFailed, SqlTookTooLong
from handlers.sql.statements import Statement
from handlers.sql.values import bound

#: What drivers raise for values that they cannot write.
_UNFIT = (OverflowError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Question:
    """A statement with the values of its parameters, and its limits."""

    statement: Statement
    values: Mapping[str, Any] = field(default_factory=dict)
    #: Rows that are read; the answer says whether there are more.
    limit: int = 1_000
    seconds: float = 10


def read(alias: str, question: Question) -> Answer:
    """Read in a session of its own, which the database keeps from writing."""
    with _session(alias) as connection:
        limits.hold(connection, question.seconds, question.limit)
        limits.only_read(connection)
        with _told(alias, question.seconds):
            return _ask(connection, question, limits.streaming(connection))


def write_apart(alias: str, question: Question) -> Answer:
    """Write in a session and a transaction of its own."""
    with _session(alias) as connection:
        limits.hold(connection, question.seconds, None)
        with _told(alias, question.seconds):
            answer = _ask(connection, question, connection.cursor)
            connection.commit()
            return answer


def write_here(question: Question) -> Answer:
    """Write to the default database in the transaction that is open.

    An error that says nothing about the statement, such as a deadlock, passes as it is:
    the whole transaction is to be repeated.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    with (
        _told(DEFAULT_DB_ALIAS, question.seconds, passes=limits.is_passing),
        limits.held(connection, question.seconds) as prefix,
    ):
        return _ask(connection, question, connection.cursor, prefix)


@contextmanager
def _session(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Open a connection and a transaction that nobody else sees.

    It belongs to no pool: one that was interrupted is not given to anybody.
    """
    connection = connections.create_connection(alias)
    known = connection.settings_dict
    options = {k: v for k, v in known.get("OPTIONS", {}).items() if k != "pool"}
    connection.settings_dict = {**known, "OPTIONS": options}
    with _told(alias, 0):
        connection.ensure_connection()
        connection.set_autocommit(False)
    raw: Any = connection.connection
    try:
        yield connection
    finally:
        # Not by Django's own method, which keeps databases in memory open.
        raw.close()
        connection.connection = None


def _ask(
    connection: BaseDatabaseWrapper,
    question: Question,
    cursor: Callable[[], Any],
    prefix: str = "",
) -> Answer:
    values = [bound(connection, question.values[n]) for n in question.statement.names]
    with cursor() as opened:
        opened.execute(prefix + question.statement.text, values)
        return collect(opened, question.limit)


@contextmanager
def _told(
    alias: str,
    seconds: float,
    passes: Callable[[BaseException], bool] = lambda _error: False,
) -> Iterator[None]:
    """Put what the database says into a sentence."""
    began = monotonic()
    try:
        yield
    except (Error, *_UNFIT) as error:
        if passes(error):
            raise
        if limits.is_timeout(error) and monotonic() - began >= 0.9 * seconds > 0:
            raise SqlTookTooLong(alias, seconds) from error
        raise SqlFailed(alias, error) from error
