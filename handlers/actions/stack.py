"""The variable stack that handlers share: texts by name, called `hashMap` in Python."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

#: What belongs to one run and is not handed on to the next.
TRANSIENT = (
    "ErrorMessage",
    "HandlerErrorMessage",
    "ResultMessage",
    "ResultCode",
    "ResultError",
    "SQLError",
    "SQLParameter",
    "SQLResult",
    "NOSQLResult",
)


def as_text(value: object) -> str:
    """Write a value as the stack keeps it: texts as they are, structures as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


class HashMap:
    """Variables of a run: text by name, the last one put comes last.

    The methods have the names that handlers of SimpleUI call them by.
    """

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, str] = {}
        #: Names that were put or removed since `forget_changes`.
        self.changed: set[str] = set()
        self.update(values or {})

    def put(self, key: str, value: object = "") -> None:
        name = str(key)
        self._values.pop(name, None)
        self._values[name] = as_text(value)
        self.changed.add(name)

    def get(self, key: str) -> str | None:
        return self._values.get(str(key))

    def remove(self, key: str) -> None:
        self._values.pop(str(key), None)
        self.changed.add(str(key))

    delete = remove

    def containsKey(self, key: str) -> bool:  # noqa: N802 - the name in SimpleUI
        return str(key) in self._values

    def export(self) -> list[dict[str, str]]:
        return [{"key": name, "value": text} for name, text in self._values.items()]

    def importmap(self, values: Iterable[Mapping[str, Any]]) -> None:
        for each in values:
            self.put(each["key"], each.get("value"))

    def update(self, values: Mapping[str, object]) -> None:
        for name, value in values.items():
            self.put(name, value)

    importdict = update

    __contains__ = containsKey

    def replace(self, values: Mapping[str, object]) -> None:
        """Have these variables and no others."""
        for name in self._values.keys() - values.keys():
            self.changed.add(name)
        self._values.clear()
        self.update(values)

    def as_dict(self) -> dict[str, str]:
        return dict(self._values)

    def copy(self) -> "HashMap":
        return HashMap(self._values)

    def forget_changes(self) -> None:
        self.changed = set()
