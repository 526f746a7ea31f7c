"""The databases of works: SQLite files in a folder, and allowed Django aliases."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import Error, connections, transaction
from django.utils.connection import ConnectionDoesNotExist

from handlers.actions.errors import SqlFailed
from handlers.actions.models import SqlDatabase
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from handlers.actions.statements import (
    ParametersInvalid,
    Statement,
    parse,
    read_row,
    read_rows,
)
from handlers.conf import settings
from handlers.files import check_name, database_file
from workflows.exceptions import WorkflowError

#: Seconds that a statement waits for another writer of the same file.
PATIENCE = 20
#: Rows that a query may give.
MOST = 100_000
#: What a statement on a file may not do: reach other files.
_FORBIDDEN = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)


class AliasNotAllowed(WorkflowError):
    """A Django database that works may not touch."""

    def __init__(self, name: str, alias: str) -> None:
        super().__init__(
            f"The database '{name or 'main'}' is the Django database '{alias}', which "
            'works may not touch. Add it to WORKS["DATABASE_ALIASES"] to allow it.'
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave: columns and rows; a write gives the rows it touched."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def as_objects(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def connect(session: Session, name: str) -> None:
    """Make a database the current one; a name that is new becomes a file."""
    check(name)
    if name and not SqlDatabase.objects.filter(name=name).exists():
        SqlDatabase.objects.get_or_create(name=name)
    session.database = name


def check(name: str) -> str:
    """Give the Django alias behind a name, "" for a file; raise if neither may be."""
    check_name(name)
    row = SqlDatabase.objects.filter(name=name).first()
    alias = row.django_alias if row else ""
    if not alias:
        database_file(name)
    elif alias not in settings().database_aliases:
        raise AliasNotAllowed(name, alias)
    return alias


def execute(session: Session, sql: str, params: Any = "", *, many: bool = False) -> str:
    """Run a statement; give rows as JSON, or "" for a write.

    `params` is one row, or with `many` a list of them, run in one transaction.
    """
    statement = parse(sql)
    rows = _rows(params) if many else [read_row(params)]
    found = run(session, statement, rows)
    return as_json(found) if statement.reads else ""


def _rows(params: Any) -> list[list[Any]]:
    rows = read_rows(params)
    if rows is None:
        message = "a JSON list of lists is expected"
        raise ParametersInvalid(message)
    return rows


def run(session: Session, statement: Statement, rows: Sequence[list[Any]]) -> Rows:
    """Run a statement for each row of parameters, all of them or none."""
    bound = [statement.bind(row, session.stack) for row in rows]
    alias = check(session.database)
    try:
        found = (
            _on_alias(alias, statement, bound)
            if alias
            else _on_file(session.database, statement, bound)
        )
    except (Error, sqlite3.Error, sqlite3.Warning, ConnectionDoesNotExist) as error:
        raise SqlFailed(session.database, str(error) or type(error).__name__) from error
    if not statement.reads:
        session.events.append(("onSQLDataChange", ""))
    return found


def _on_alias(alias: str, statement: Statement, bound: list[list[Any]]) -> Rows:
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        for values in bound:
            cursor.execute(statement.render("%s"), values)
        return _found(cursor)


def _on_file(name: str, statement: Statement, bound: list[list[Any]]) -> Rows:
    path = database_file(name)
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        connection.set_authorizer(_authorize)
        with connection, closing(connection.cursor()) as cursor:
            for values in bound:
                cursor.execute(statement.render("?"), values)
            return _found(cursor)


def _authorize(action: int, *_facts: object) -> int:
    return sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK


def _found(cursor: Any) -> Rows:
    if not cursor.description:
        return Rows((), ())
    rows = cursor.fetchmany(MOST + 1)
    if len(rows) > MOST:
        message = f"the query gives more than {MOST} rows"
        raise ParametersInvalid(message)
    return Rows([column[0] for column in cursor.description], rows)


def probe(name: str) -> str:
    """Connect to a database and give what it is; raise `SqlFailed` if it cannot be."""
    alias = check(name)
    try:
        if alias:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
            return str(connections[alias].display_name)
        with closing(sqlite3.connect(database_file(name), timeout=PATIENCE)) as file:
            file.execute("SELECT count(*) FROM sqlite_master")
    except (Error, sqlite3.Error, ConnectionDoesNotExist) as error:
        raise SqlFailed(name, str(error) or type(error).__name__) from error
    return "SQLite"


def as_json(found: Rows) -> str:
    return json.dumps(found.as_objects(), ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def into_stack(found: Rows, stack: HashMap) -> None:
    """Put the columns of the first row into the stack as variables."""
    for row in found.as_objects()[:1]:
        for name, value in row.items():
            stack.put(name, _text(value) if isinstance(value, bytes) else value)
