"""SQL of workflows: what may be asked, of which databases, and within which limits."""

from handlers.sql.access import Access, databases, require_access
from handlers.sql.answers import Answer
from handlers.sql.errors import (
    DatabaseNotAllowed,
    SqlFailed,
    SqlRefused,
    SqlTookTooLong,
    TooManyRows,
)
from handlers.sql.running import Question, read, write_apart, write_here
from handlers.sql.statements import parse

__all__ = [
    "Access",
    "Answer",
    "DatabaseNotAllowed",
    "Question",
    "SqlFailed",
    "SqlRefused",
    "SqlTookTooLong",
    "TooManyRows",
    "databases",
    "parse",
    "read",
    "require_access",
    "write_apart",
    "write_here",
]
