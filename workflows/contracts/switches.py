"""What stops something for all workflows at once."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Stopped:
    """A switch that stops something now."""

    #: What is stopped, by whom and since when, for the top of every page.
    sentence: str
    #: The row that keeps it, for the log of the admin.
    row: Any


class Switch(ABC):
    """Stops something for all workflows at once, until somebody releases it.

    The list of workflows offers it, and while it stops, every page of the admin says
    so. Register it with `workflows.registry.register_switch`.
    """

    #: The name in addresses.
    name: ClassVar[str]
    #: Who may stop and release, such as "triggers.pause_schedules".
    permission: ClassVar[str]
    #: What the buttons say.
    stop_label: ClassVar[Any]
    release_label: ClassVar[Any]
    #: What to know before one stops it.
    consequence: ClassVar[Any]
    #: What the messages and the log say afterwards.
    stop_done: ClassVar[Any]
    release_done: ClassVar[Any]

    @abstractmethod
    def stopped(self) -> Stopped | None:
        """Tell whether it stops now. Asked on every page: one cheap statement."""

    @abstractmethod
    def stop(self, now: datetime, user: Any) -> bool:
        """Stop; False if it did already."""

    @abstractmethod
    def release(self, now: datetime) -> bool:
        """Let go; False if it did not stop."""
