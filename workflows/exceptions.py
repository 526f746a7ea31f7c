"""The errors of Punctual: each takes facts and builds the sentence."""

from collections.abc import Sequence
from datetime import timedelta

LONGEST_SHOWN = 60


def _short(name: str) -> str:
    """Cut what people typed to what a sentence can carry."""
    return name if len(name) <= LONGEST_SHOWN else f"{name[: LONGEST_SHOWN - 1]}…"


class WorkflowError(Exception):
    """Whatever Punctual itself finds wrong; the message is for people."""

    #: True: trying again cannot help.
    permanent: bool = True


class AlreadyRegistered(WorkflowError):
    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"The {kind} type '{name}' is registered already.")


class NotRegistered(WorkflowError):
    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no {kind} type '{name}'. Known types: {', '.join(known)}."
        )


class TransitionNotAllowed(WorkflowError):
    def __init__(self, pk: int, source: str, target: str) -> None:
        super().__init__(f"Execution {pk} cannot move from '{source}' to '{target}'.")


class CannotGoOn(WorkflowError):
    """An execution cannot be taken up where it stopped."""

    def __init__(self, pk: int, reason: str) -> None:
        super().__init__(
            f"Execution {pk} cannot go on from where it stopped: {reason}."
        )


class VersionFrozen(WorkflowError):
    def __init__(self, version: str) -> None:
        super().__init__(
            f"{version} has run and is frozen. "
            "Copy it as a new version and change the copy."
        )


class EditConflict(WorkflowError):
    def __init__(self, version: str, expected: int, found: int) -> None:
        super().__init__(
            f"{version} was changed by somebody else: you edited revision "
            f"{expected}, it is at {found} now. Reload it and repeat your change."
        )


class NothingToUndo(WorkflowError):
    def __init__(self, version: str, *, is_redo: bool) -> None:
        what = "redo" if is_redo else "undo"
        super().__init__(f"There is nothing to {what} in {version}.")


class CommandRefused(WorkflowError):
    """A change to the nodes that makes no sense."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This cannot be done: {reason}.")


class NoSample(WorkflowError):
    def __init__(self) -> None:
        super().__init__("The last run has no value for this.")


class InvalidDefinition(WorkflowError):
    """A definition or trigger that cannot run; `problems` has a sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(self.problems))


class CollectionNotAllowed(WorkflowError):
    def __init__(self, label: str) -> None:
        super().__init__(
            f"Workflows may not touch '{_short(label)}'. "
            'Add it to WORKFLOWS["COLLECTIONS"] in the settings to allow it.'
        )


class FieldUnknown(WorkflowError):
    def __init__(self, label: str, field: str, known: Sequence[str]) -> None:
        super().__init__(
            f"'{label}' has no field '{_short(field)}'. It has: {', '.join(known)}."
        )


class RecordGone(WorkflowError):
    """Something names a record that is not there."""

    def __init__(self, collection: str, pk: object) -> None:
        super().__init__(f"There is no record {_short(str(pk))} in '{collection}'.")


class DocumentRefused(WorkflowError):
    """A document that cannot become a workflow."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


class Archived(WorkflowError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is deleted and can no longer be used.")


class ResultNotStorable(WorkflowError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The result cannot be stored as JSON: {reason}.")


class AnswerNotUnderstood(WorkflowError):
    def __init__(self, answer: object) -> None:
        super().__init__(
            f"The node answered '{_short(repr(answer))}'. It may answer Succeeded, "
            "Failed, Ended, or Waiting for nothing or for a moment with a time zone; "
            "a Round if its type loops, and no Waiting between rounds."
        )


class RoundTooLarge(WorkflowError):
    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The item of a round has {size} characters, more than {limit}. Loop over "
            "keys or ids, and read the rest inside the body."
        )


class ChildRefused(WorkflowError):
    """A sub-workflow may not be started: it is in its own chain, or has no room."""

    def __init__(self, workflow: str, reason: str) -> None:
        super().__init__(f"'{workflow}' was not started: {reason or 'it ran already'}.")


class ForkUndecided(WorkflowError):
    def __init__(self) -> None:
        super().__init__(
            "All branches have ended, and the node that forks goes on waiting. Its "
            "after_branch must answer what their ends mean."
        )


class ReplyTooLarge(WorkflowError):
    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The reply has {size} characters, more than {limit}. Send a key or an "
            "address, and let the workflow read the rest."
        )


class VariablesTooLarge(WorkflowError):
    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The variables would have {size} characters, more than {limit}. Keep "
            "less in them, or store it in a collection."
        )


class LoopsTooDeep(WorkflowError):
    #: Loops inside each other.
    MOST = 10

    def __init__(self) -> None:
        super().__init__(
            f"Loops may be nested {self.MOST} deep. Move the inner ones into a "
            "workflow of their own."
        )


class TimedOut(WorkflowError):
    permanent = False

    def __init__(self, limit: timedelta) -> None:
        super().__init__(
            f"The node took longer than the {limit.total_seconds():g} seconds that "
            "its time limit allows."
        )


class KilledItsWorker(WorkflowError):
    def __init__(self, times: int) -> None:
        super().__init__(f"killed its worker {times} times")


class NodeRaised(WorkflowError):
    """A database node raised in the middle of a group: what it wrote must go."""


class LostClaims(WorkflowError):
    """Executions that are not the worker's any more: cancelled, or taken over."""

    def __init__(self, ids: set[int]) -> None:
        super().__init__(f"Executions {sorted(ids)} are not this worker's any more.")
        self.ids = ids


class RetentionUnknown(WorkflowError):
    def __init__(self, name: object, days: object, known: Sequence[str]) -> None:
        super().__init__(
            f"WORKFLOWS[\"RETENTION\"] says '{name}': '{days}'. It takes days, 0 or "
            f"more, by final state: {', '.join(known)}."
        )


class CannotLock(WorkflowError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Whether this worker lives is told by its lease alone: {reason}."
        )
