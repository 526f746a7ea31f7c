"""What the processes of one cluster tell each other: two numbers in common memory."""

from multiprocessing.sharedctypes import RawValue


class Board:
    """Made before the fork, so that parent and workers look at the same memory.

    There is no lock on it: a process that is killed could hold it for ever.
    """

    def __init__(self) -> None:
        self._heard = RawValue("Q", 0)
        self._stopping = RawValue("B", 0)

    @property
    def heard(self) -> int:
        """Tell how many wake-ups workers have heard, roughly."""
        return int(self._heard.value)

    def hear(self) -> None:
        self._heard.value += 1

    @property
    def stopping(self) -> bool:
        """Tell whether workers shall hand back what they have."""
        return bool(self._stopping.value)

    def stop(self) -> None:
        self._stopping.value = 1


board = Board()
