"""Work of another kind that worker processes do besides executions."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Hands:
    """A worker process, as far as a lane needs to know it."""

    #: The id of its row; whoever looks for the dead asks whether it still lives.
    owner: int
    #: How people tell it from others.
    name: str
    clock: Callable[[], datetime]
    #: True once the process is to stop, or was taken for dead.
    halted: Callable[[], bool]


class Lane(ABC):
    """Work of another kind that worker processes do besides executions.

    Register it with `workflows.registry.register_lane`; `services.wake_lane` asks the
    workers to look. A wake-up is a hint, and may be lost or doubled: what is to be
    done, and who does it, is for the lane's own tables to say.
    """

    #: The name in wake-ups.
    name: ClassVar[str]

    @abstractmethod
    def look(self, hands: Hands, ids: Sequence[int]) -> None:
        """Take up what is due, these first; do not keep the process from others."""

    def waiting(self, before: datetime, owners: Collection[int]) -> Sequence[int]:
        """Give an id of what has been due since `before` and nobody has taken.

        Nothing if it waits because these workers have their hands full: they are
        taken for deaf if they hear nothing while something waits.
        """
        return ()

    def leave(self, hands: Hands) -> None:
        """Come to an end, or hand back what was taken: the process ends."""
