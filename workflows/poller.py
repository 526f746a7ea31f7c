"""The one shape of everything that runs by the clock."""

import time
from abc import ABC, abstractmethod
from datetime import datetime


class Poller(ABC):
    """Work that comes due: `poll` does a share of it, `due` says when there is more.

    The scheduler process calls both; tests call `drain` with a time of their choice.
    """

    @abstractmethod
    def poll(self, now: datetime) -> int:
        """Do one batch of what is due at `now`; say how much was done."""

    @abstractmethod
    def due(self, now: datetime) -> datetime | None:
        """Tell when to poll next; None if nothing is planned."""

    def drain(self, now: datetime) -> int:
        """Poll until nothing is due at `now`; say how much was done."""
        total = 0
        while done := self.poll(now):
            total += done
        return total


def rest(seconds: float) -> None:
    """Let the process sleep. Only pollers and brokers do; nothing else may."""
    time.sleep(seconds)  # noqa: TID251 - this is the one place
