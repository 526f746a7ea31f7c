"""What the processes of one cluster tell each other: numbers in common memory."""

from multiprocessing.sharedctypes import RawArray, RawValue

#: Places for processes; two that come to share one hide each other's silence.
PLACES = 1024


class Board:
    """Made before the fork, so that parent and workers look at the same memory.

    There is no lock on it: a process that is killed could hold it for ever.
    """

    def __init__(self) -> None:
        self._heard = RawValue("Q", 0)
        self._stopping = RawValue("B", 0)
        self._pids = RawArray("Q", PLACES)
        self._signs = RawArray("Q", PLACES)

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

    def sign(self, pid: int) -> None:
        """Give a sign of life."""
        self._signs[pid % PLACES] += 1
        self._pids[pid % PLACES] = pid

    def forget(self, pid: int) -> None:
        """Expect no more signs of this process."""
        if self._pids[pid % PLACES] == pid:
            self._pids[pid % PLACES] = 0

    def signs(self) -> dict[int, int]:
        """Count the signs of those that give any."""
        pairs = zip(self._pids, self._signs, strict=True)
        return {pid: signs for pid, signs in pairs if pid}


board = Board()
