"""What those promise who want to know that executions have ended."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from workflows.states import ExecutionStatus


@dataclass(frozen=True, slots=True)
class EndedExecution:
    """An execution that has just come to its end."""

    pk: int
    workflow_id: int
    status: ExecutionStatus
    #: Ids of the executions that led to it; who has none, nobody waits for.
    ancestors: Sequence[int] = ()


class EndListener(ABC):
    """Hears of executions that end, whichever way: told once, with the end.

    Register it with `workflows.registry.register_end_listener`.
    """

    #: The name in the registry.
    name: ClassVar[str]

    @abstractmethod
    def ended(self, ends: Sequence[EndedExecution], now: datetime) -> None:
        """Do what follows; called in the transaction that writes the ends.

        What it does is committed or rolled back with them. It is on the way of every
        execution: where nothing follows, it must cost nothing. Nothing but errors of
        the database may be raised.
        """
