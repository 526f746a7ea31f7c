"""SQL with `@name` and `?` in it: every value is bound, none becomes part of it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.actions.stack import HashMap
from handlers.actions.texts import read_json
from workflows.exceptions import WorkflowError

#: What may stand in a statement: quoted variables, quoted texts, comments, marks.
_TOKEN = re.compile(
    r"""
    '@(?P<quoted>\w+)'
  | (?P<kept>'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\]
      | --[^\n]* | /\*.*?\*/)
  | (?<![\w@])@(?P<name>\w+)
  | (?P<mark>\?)
    """,
    re.VERBOSE | re.DOTALL,
)
_LIMIT_ONE = re.compile(r"\blimit\s+1\s*;?\s*$", re.IGNORECASE)
_READS = re.compile(r"\s*(select|with|values|pragma|explain)\b", re.IGNORECASE)
#: Rows of one bulk statement.
_MOST = 500_000


class ParametersInvalid(WorkflowError):
    """Parameters that do not fit their statement."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The parameters do not fit the statement: {problem}.")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose values are marked: by position or by the name of a variable."""

    #: Texts, and between them None for `?` or the name of a variable.
    parts: tuple[str, ...]
    marks: tuple[str | None, ...]

    def render(self, mark: str) -> str:
        """Write it with the marks of a driver; `%s` wants percent signs doubled."""
        parts = self.parts
        if mark == "%s":
            parts = tuple(part.replace("%", "%%") for part in parts)
        return mark.join(parts)

    @property
    def positions(self) -> int:
        return sum(mark is None for mark in self.marks)

    @property
    def reads(self) -> bool:
        return bool(_READS.match(self.parts[0]))

    @property
    def wants_one_row(self) -> bool:
        return self.reads and bool(_LIMIT_ONE.search(self.parts[-1]))

    def bind(self, row: Sequence[Any], stack: HashMap) -> list[Any]:
        """Give the values in the order of the marks; a missing variable is empty."""
        if len(row) != self.positions:
            message = f"{self.positions} are needed, {len(row)} are given"
            raise ParametersInvalid(message)
        values = iter(row)
        return [
            next(values) if mark is None else (stack.get(mark) or "")
            for mark in self.marks
        ]


def parse(sql: str) -> Statement:
    """Find the marks of a statement, outside of its texts and comments."""
    parts, marks, start = [], [], 0
    for found in _TOKEN.finditer(sql):
        if found["kept"] is not None:
            continue
        parts.append(sql[start : found.start()])
        marks.append(found["quoted"] or found["name"])
        start = found.end()
    return Statement((*parts, sql[start:]), tuple(marks))


def read_rows(value: Any) -> list[list[Any]] | None:
    """Read rows for a bulk run: a JSON list of lists; None if it is one row."""
    listed = read_json(value, "SQLParameter") if _is_json(value) else value
    if not isinstance(listed, list) or not listed:
        return [] if isinstance(listed, list) else None
    if all(isinstance(row, list) for row in listed):
        if len(listed) > _MOST:
            message = f"there are more than {_MOST} rows"
            raise ParametersInvalid(message)
        return [[_bound(each) for each in row] for row in listed]
    return None


def read_row(value: Any) -> list[Any]:
    """Read one row: a JSON list, or texts separated by commas; "" is no value."""
    if value is None or value == "":
        return []
    if _is_json(value):
        value = read_json(value, "params")
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, list):
        return [_bound(each) for each in value]
    return [_bound(value)]


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] == "["


def _bound(value: Any) -> Any:
    """Bind structures as their JSON: no driver knows them."""
    if isinstance(value, list | Mapping):
        return json.dumps(value, ensure_ascii=False)
    return value
