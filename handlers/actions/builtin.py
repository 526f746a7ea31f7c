"""The command-variables of the array itself: SQL, aliases, events, key-value."""

import json
from collections.abc import Mapping
from typing import Any

from handlers.actions import aliases, databases
from handlers.actions.document import read_actions
from handlers.actions.errors import HandlersInvalid, SqlFailed
from handlers.actions.models import Document
from handlers.actions.session import Session
from handlers.actions.texts import read_json

#: Where `put_<key>` keeps its values.
_KEYS: dict[str, Any] = {"database": "", "collection": "keys"}


def connect(session: Session, name: str) -> None:
    databases.connect(session, name.strip())


def add_alias(_session: Session, value: str) -> None:
    aliases.add(value)


def run_event(session: Session, value: str) -> None:
    """Have an array run right after this handler."""
    session.follow.append(read_actions(value, "RunEvent"))


def background_command(session: Session, listener: str) -> None:
    """Have the rows of the array run that listen for this command."""
    session.events.append(("onBackgroundCommand", listener))


def sql_exec(session: Session, value: str) -> None:
    query, params = _query(value, "SQLExec")
    _execute(session, query, params, many=False)


def sql_exec_many(session: Session, value: str) -> None:
    query, params = _query(value, "SQLExecMany")
    _execute(session, query, params, many=True)


def sql_query(session: Session, value: str) -> None:
    query, params = _query(value, "SQLQuery")
    session.stack.put("SQLResult", _execute(session, query, params, many=False))


def _execute(session: Session, query: str, params: Any, *, many: bool) -> str:
    try:
        return databases.execute(session, query, params, many=many)
    except SqlFailed as error:
        session.stack.put("SQLError", error.problem)
        session.events.append(("onSQLError", ""))
        raise


def _query(value: str, name: str) -> tuple[str, Any]:
    given = read_json(value, name)
    if not isinstance(given, Mapping) or not isinstance(given.get("query"), str):
        raise HandlersInvalid(name, 'it needs {"query": "…", "params": …}.')
    return given["query"], given.get("params")


def put_key(_session: Session, pair: str) -> None:
    key, value = _key(pair)
    stored = {"value": {"value": value}}
    Document.objects.update_or_create(**_KEYS, key=key, defaults=stored)


def get_key(session: Session, pair: str) -> None:
    """Put the stored value into the variable that the command names."""
    key, variable = _key(pair)
    row = Document.objects.filter(**_KEYS, key=key).first()
    session.stack.put(variable or key, row.value["value"] if row else "")


def del_key(_session: Session, pair: str) -> None:
    key, _ = _key(pair)
    Document.objects.filter(**_KEYS, key=key).delete()


def _key(pair: str) -> tuple[str, str]:
    name, value = json.loads(pair)
    return str(name).partition("_")[2][:100], str(value)
