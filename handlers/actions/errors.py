"""What can be wrong with a handler array, and what goes wrong when it runs."""

from collections.abc import Iterable

from workflows.exceptions import WorkflowError


class HandlersInvalid(WorkflowError):
    """A handler array that cannot be run as it is written."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what}: {problem}")


class TypeUnsupported(WorkflowError):
    """A type of handler that works on a device only."""

    def __init__(self, what: str, kind: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{what}: handlers of the type '{kind[:40]}' are not supported here. "
            f"The types are {', '.join(sorted(known))}."
        )


class MethodInvalid(WorkflowError):
    """The `method` of a handler does not have the form that its type wants."""

    def __init__(self, kind: str, method: str, wanted: str) -> None:
        super().__init__(
            f"The method '{method[:60]}' is no method of the type '{kind}': {wanted}."
        )


class SwitchedOff(WorkflowError):
    """A type of handler that the settings must allow first."""

    def __init__(self, kind: str, setting: str) -> None:
        super().__init__(
            f"Handlers of the type '{kind}' are switched off. "
            f'Set WORKS["{setting}"] in the settings to allow them.'
        )


class SqlFailed(WorkflowError):
    """A statement that the database of a work refused."""

    def __init__(self, database: str, problem: str) -> None:
        self.problem = problem
        super().__init__(f"SQL error in the database '{database or 'main'}': {problem}")


class HttpFailed(WorkflowError):
    """An answer that is no success."""

    def __init__(self, method: str, place: str, status: int) -> None:
        super().__init__(f"{method} {place} answered with status {status}.")
