"""The hot statements, in the words of each database; all else goes through the ORM.

What they do is in `anywhere`, which works on every database; `postgresql` and `sqlite`
do the same in fewer round trips and without models. One set of tests runs on all.
"""

from types import ModuleType

from django.db import connection

from workflows.statements import anywhere, postgresql, sqlite
from workflows.statements.rows import Claimed, JobRow, Move, NewExecution, Started

_SPOKEN: dict[str, ModuleType] = {"postgresql": postgresql, "sqlite": sqlite}


def statements() -> ModuleType:
    """Give the module for the default database: `insert`, `start`, `claim`, `write`."""
    return _SPOKEN.get(connection.vendor, anywhere)


__all__ = ["Claimed", "JobRow", "Move", "NewExecution", "Started", "statements"]
