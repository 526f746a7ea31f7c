"""What can be wrong with a statement, and with running it."""

from collections.abc import Iterable

from django.db import InterfaceError, OperationalError

from workflows.exceptions import WorkflowError


class SqlRefused(WorkflowError):
    """A statement that a workflow may not run as it is written."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"This SQL is refused: {problem}")


class DatabaseNotAllowed(WorkflowError):
    """A database that the settings do not open, or not for writing."""

    def __init__(self, alias: str, access: str, known: Iterable[str]) -> None:
        names = ", ".join(known) or "none"
        super().__init__(
            f"SQL of workflows may not {access} the database '{alias}'. Allow it in "
            f'WORKFLOWS["SQL_DATABASES"]; it allows: {names}.'
        )


class AccessUnknown(WorkflowError):
    """A setting that says neither read nor write."""

    def __init__(self, alias: str, access: object) -> None:
        super().__init__(
            f"WORKFLOWS[\"SQL_DATABASES\"] says '{alias}': '{access}'. It takes "
            "'read' or 'write' by the alias of a database in DATABASES."
        )


class SqlFailed(WorkflowError):
    """A statement that the database refused."""

    def __init__(self, alias: str, error: Exception) -> None:
        text = " ".join(str(error).split())[:500] or type(error).__name__
        # A lost connection may come back; a wrong statement stays wrong.
        self.permanent = not isinstance(error, OperationalError | InterfaceError)
        super().__init__(f"The database '{alias}' refused the SQL: {text}")


class SqlTookTooLong(WorkflowError):
    """A statement that was stopped at its time limit."""

    permanent = False

    def __init__(self, alias: str, seconds: float) -> None:
        super().__init__(
            f"The SQL on the database '{alias}' was stopped after {seconds:g} seconds. "
            "Ask for less, or raise its time limit."
        )


class TooManyRows(WorkflowError):
    """A statement that gives more rows than were allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The SQL gives more than {limit} rows. Ask for less, raise the limit, or "
            "leave out the rest."
        )


class ColumnsAlike(WorkflowError):
    """Two columns of a result that have the same name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Two columns are called '{name}'; name them with AS.")
