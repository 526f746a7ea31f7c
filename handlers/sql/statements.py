"""Statements with `@name` in them: every value is bound, none becomes part of them.

Drivers put values into the text themselves, so that a mark inside of a literal would
let a value out of it. What they and the databases read differently is refused:
comments, backslashes and quotes of dollars. So what looks like a literal is one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from handlers.sql.access import Access
from handlers.sql.errors import SqlRefused

#: Characters of a statement.
LONGEST = 20_000
_TOKEN = re.compile(
    r"""
    (?P<kept>'(?:[^'\\]|'')*' | "(?:[^"\\]|"")*" | `[^`\\]*`)
  | (?<![\w@])@(?P<name>[A-Za-z]\w*)
  | (?P<odd>--|/\*|\#|\\|\$\w*\$|;|'|"|`|@@)
    """,
    re.VERBOSE,
)
_REASONS = {
    "--": "comments are not allowed.",
    "/*": "comments are not allowed.",
    "#": "comments, and operators with '#', are not allowed.",
    "\\": "backslashes are not allowed; pass such a text as a parameter.",
    ";": "it is more than one statement.",
    "'": "a quote is not closed.",
    '"': "a quote is not closed.",
    "`": "a quote is not closed.",
    "@@": "variables of the database are not allowed.",
}
_FIRST = re.compile(r"\s*\(*\s*([A-Za-z]+)")
_FILES = re.compile(r"\binto\s+(outfile|dumpfile)\b", re.IGNORECASE)
#: How statements may begin. What ends a transaction or has no place in one is missing.
VERBS = {
    Access.READ: ("SELECT", "WITH", "VALUES"),
    Access.WRITE: (
        "INSERT",
        "UPDATE",
        "DELETE",
        "SELECT",
        "WITH",
        "MERGE",
        "REPLACE",
    ),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """The texts of a statement, and the names of the parameters between them."""

    parts: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The statement as drivers of Django take it."""
        return "%s".join(part.replace("%", "%%") for part in self.parts)


def parse(sql: str, access: Access) -> Statement:
    """Find the parameters of a statement; raise `SqlRefused`."""
    sql = sql.strip().removesuffix(";").rstrip()
    if "{{" in sql:
        problem = "no expression becomes part of it. Write @name, and name it below."
        raise SqlRefused(problem)
    _require_verb(sql, VERBS[access])
    parts, names, start = [], [], 0
    for found in _TOKEN.finditer(sql):
        if odd := found["odd"]:
            reason = _REASONS.get(odd, "quotes of dollars are not allowed.")
            problem = f"at character {found.start() + 1}, {reason}"
            raise SqlRefused(problem)
        if name := found["name"]:
            parts.append(sql[start : found.start()])
            names.append(name)
            start = found.end()
    statement = Statement((*parts, sql[start:]), tuple(names))
    if _FILES.search(sql):
        problem = "it must not write files."
        raise SqlRefused(problem)
    return statement


def _require_verb(sql: str, verbs: Collection[str]) -> None:
    first = _FIRST.match(sql)
    if first is None or first[1].upper() not in verbs:
        problem = f"it must begin with one of {', '.join(verbs)}."
        raise SqlRefused(problem)
