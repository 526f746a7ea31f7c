"""`nosql`: documents in collections, kept in the database of the project."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from handlers.actions.assignments import filled
from handlers.actions.contracts import ActionType
from handlers.actions.errors import HandlersInvalid, MethodInvalid
from handlers.actions.models import Document
from handlers.actions.session import Session
from handlers.actions.texts import read_json

#: Documents that one command gives or takes.
MOST = 10_000
_WANTED = "<database> <collection> <command> <value>, such as db goods insert {…}"


class NoSql(ActionType):
    """Runs `insert`, `get`, `update`, `delete`, `find` or `all`; gives NOSQLResult."""

    type = "nosql"

    def check(self, method: str) -> None:
        _split(method)

    def run(self, session: Session, method: str) -> None:
        database, collection, command, value = _split(filled(method, session.stack))
        run_command(session, database, collection, command, value)


def run_command(
    session: Session, database: str, collection: str, command: str, value: Any
) -> None:
    """Run a command on a collection and put what it gives into NOSQLResult."""
    found = _COMMANDS[command](database, collection, value)
    session.stack.put("NOSQLResult", json.dumps(found, ensure_ascii=False))


def run_simple_base(session: Session, value: str) -> None:
    """Run the commands of RunSimpleBase, a list of objects."""
    listed = read_json(value, "RunSimpleBase")
    for each in listed if isinstance(listed, list) else [listed]:
        if not isinstance(each, Mapping) or each.get("command") not in _COMMANDS:
            known = ", ".join(_COMMANDS)
            raise HandlersInvalid("RunSimpleBase", f"the commands are {known}.")
        names = str(each.get("database") or ""), str(each.get("collection") or "")
        run_command(session, *names, each["command"], each.get("value"))


def _split(method: str) -> tuple[str, str, str, str]:
    parts = method.split(maxsplit=3)
    if len(parts) < 3 or parts[2] not in _COMMANDS:  # noqa: PLR2004 - see _WANTED
        raise MethodInvalid("nosql", method, _WANTED)
    database, collection, command, value = (*parts, "")[:4]
    return database, collection, command, value


def _insert(database: str, collection: str, value: Any) -> Any:
    given = read_json(value, "nosql insert")
    documents = given if isinstance(given, list) else [given]
    if len(documents) > MOST:
        raise HandlersInvalid("nosql", f"more than {MOST} documents at once.")
    keys = [_key(document) for document in documents]
    with transaction.atomic():
        for key, document in zip(keys, documents, strict=True):
            stored = {**document, "_id": key}
            Document.objects.update_or_create(
                database=database,
                collection=collection,
                key=key,
                defaults={"value": stored},
            )
    return keys if isinstance(given, list) else keys[0]


def _key(document: Any) -> str:
    if not isinstance(document, Mapping):
        raise HandlersInvalid("nosql", "a document is an object.")
    return str(document.get("_id") or uuid.uuid4().hex)[:100]


def _get(database: str, collection: str, value: Any) -> Any:
    row = _rows(database, collection).filter(key=_plain(value)).first()
    return row.value if row else None


def _update(database: str, collection: str, value: Any) -> Any:
    changes = read_json(value, "nosql update")
    key = _key(changes)
    with transaction.atomic():
        row = _rows(database, collection).select_for_update().filter(key=key).first()
        if row is None:
            return None
        row.value = {**row.value, **changes}
        row.save(update_fields=["value", "changed_at"])
    return row.value


def _delete(database: str, collection: str, value: Any) -> Any:
    count, _ = _rows(database, collection).filter(key=_plain(value)).delete()
    return count


def _find(database: str, collection: str, value: Any) -> Any:
    wanted = read_json(value, "nosql find")
    if not isinstance(wanted, Mapping):
        raise HandlersInvalid("nosql", "'find' wants an object of fields.")
    return _within(
        document
        for document in _values(database, collection)
        if all(document.get(name) == each for name, each in wanted.items())
    )


def _all(database: str, collection: str, _value: Any) -> list[Any]:
    return _within(_values(database, collection))


def _values(database: str, collection: str) -> Iterator[Any]:
    rows = _rows(database, collection).values_list("value", flat=True)
    found: Iterator[Any] = rows.iterator()
    return found


def _within(documents: Iterable[Any]) -> list[Any]:
    """Give all of them, or say that they are too many: a part would look like all."""
    found = list(islice(documents, MOST + 1))
    if len(found) > MOST:
        raise HandlersInvalid("nosql", f"it finds more than {MOST} documents.")
    return found


def _rows(database: str, collection: str) -> Any:
    return Document.objects.filter(database=database, collection=collection)


def _plain(value: Any) -> str:
    """Read a key: as it is, or as a JSON text."""
    return str(value).strip().strip('"')


_COMMANDS: Mapping[str, Callable[[str, str, Any], Any]] = {
    "insert": _insert,
    "get": _get,
    "update": _update,
    "delete": _delete,
    "find": _find,
    "all": _all,
}
