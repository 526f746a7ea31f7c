"""The options that nodes of every type have: retries, a time limit, what an error does.

They stand in the node of a definition beside its configuration, and only where they
say something: `{"retry": {"attempts": 3, "first": 10, "most": 600, "factor": 2,
"on": "both"}, "timeout": 30, "on_error": "continue"}`. Durations are in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from workflows.backoff import pause

#: Tries that a node may have in all, and the longest time it may rest or take.
MOST_ATTEMPTS, LONGEST_REST, LONGEST_TIME = 100, 86_400, 31_536_000
#: The pauses may grow this fast.
MOST_FACTOR = 10


class Mishap(Enum):
    """How a try went wrong."""

    #: The node answered that it failed.
    FAILED = "failed"
    #: It raised, or took too long.
    ERROR = "error"


class RetryOn(Enum):
    """After which mishaps a node is tried again."""

    BOTH = "both"
    ERROR = "error"
    FAILED = "failed"


class OnError(Enum):
    """What a mishap does when there are no more tries."""

    #: It ends the execution.
    STOP = "stop"
    #: The execution goes on, and the error is the result of the node.
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong with a node, whichever way it said so."""

    mishap: Mishap
    message: str
    #: The class of the exception, or `Failed` or `TimedOut`.
    type: str
    #: True: trying again cannot help.
    permanent: bool = False
    #: How long the other side asks to be left alone.
    retry_after: timedelta | None = None
    #: What the node gave besides.
    result: Any = None

    def as_result(self) -> dict[str, Any]:
        """Give what later nodes see of a node whose error does not stop anything."""
        error = {"message": self.message, "type": self.type}
        return {"error": error if self.result is None else self._with_result(error)}

    def _with_result(self, error: dict[str, Any]) -> dict[str, Any]:
        return {**error, "result": self.result}


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a node is tried, and how long it rests before the next try."""

    attempts: int = 3
    first: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(minutes=10)
    factor: float = 2
    on: RetryOn = RetryOn.BOTH

    def next_try(self, attempt: int, fault: Fault, now: datetime) -> datetime | None:
        """Tell when to try again after try number `attempt`; None: not any more.

        A wish of the other side to be left alone longer is granted, up to a day.
        """
        if attempt >= self.attempts or fault.permanent or not self._covers(fault):
            return None
        rest = pause(attempt, self.first, self.most, self.factor)
        wish = min(fault.retry_after or rest, timedelta(seconds=LONGEST_REST))
        return now + max(rest, wish)

    def _covers(self, fault: Fault) -> bool:
        return self.on is RetryOn.BOTH or self.on.value == fault.mishap.value


@dataclass(frozen=True, slots=True)
class NodeOptions:
    """The options of one node."""

    retry: Retry | None = None
    #: How long one try may take, waiting included.
    timeout: timedelta | None = None
    on_error: OnError = OnError.STOP

    @classmethod
    def read(cls, node: Mapping[str, Any]) -> "NodeOptions | None":
        """Read them from a node of a definition; None if it has none."""
        if not OPTIONS & node.keys():
            return None
        seconds = node.get("timeout")
        options = cls(
            retry=_retry(node.get("retry")),
            timeout=timedelta(seconds=seconds) if seconds else None,
            on_error=OnError(node.get("on_error") or OnError.STOP),
        )
        return None if options == cls() else options


#: Their names in a definition.
OPTIONS = frozenset({"retry", "timeout", "on_error"})


def _retry(stored: Mapping[str, Any] | None) -> Retry | None:
    usual = Retry()
    if not stored or stored.get("attempts", usual.attempts) <= 1:
        return None
    return Retry(
        attempts=stored.get("attempts", usual.attempts),
        first=_seconds(stored.get("first"), usual.first),
        most=_seconds(stored.get("most"), usual.most),
        factor=stored.get("factor", usual.factor),
        on=RetryOn(stored.get("on", usual.on)),
    )


def _seconds(stored: float | None, usual: timedelta) -> timedelta:
    return usual if stored is None else timedelta(seconds=stored)


#: How they look in a definition, as JSON Schema.
SCHEMA: dict[str, Any] = {
    "retry": {
        "type": "object",
        "additionalProperties": False,
        "description": "How often the node is tried, and its rests between tries.",
        "properties": {
            "attempts": {"type": "integer", "minimum": 1, "maximum": MOST_ATTEMPTS},
            "first": {"type": "number", "minimum": 0, "maximum": LONGEST_REST},
            "most": {"type": "number", "minimum": 0, "maximum": LONGEST_REST},
            "factor": {"type": "number", "minimum": 1, "maximum": MOST_FACTOR},
            "on": {"enum": [each.value for each in RetryOn]},
        },
    },
    "timeout": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": LONGEST_TIME,
        "description": "Seconds that one try may take, waiting included.",
    },
    "on_error": {
        "enum": [each.value for each in OnError],
        "description": "Whether an error stops the execution or becomes the result.",
    },
}
