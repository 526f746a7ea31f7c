"""Where an execution is inside bodies: a stack of frames, the innermost last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.contracts import PastRound, Round


@dataclass(slots=True)
class Frame:
    """A node that loops, and the round that its body is in."""

    key: str
    #: The number of its job, which is open while it loops.
    job: int
    index: int
    item: Any = None
    length: int | None = None
    state: Any = None
    #: Not stored: what the node keeps to spare work, and its configuration.
    memory: Any = None
    config: Mapping[str, Any] | None = None

    def stored(self) -> dict[str, Any]:
        """Write it down, without what is not worth it."""
        values = {name: getattr(self, name) for name in _STORED}
        return {name: value for name, value in values.items() if value is not None}

    def begin(self, answer: Round, index: int) -> None:
        self.index, self.item, self.length = index, answer.item, answer.length
        self.state, self.memory = answer.state, answer.memory

    def past(self, failure: str = "") -> PastRound:
        return PastRound(
            self.index, self.item, self.length, self.state, self.memory, failure
        )


_STORED = ("key", "job", "index", "item", "length", "state")


def restored(stored: Sequence[Mapping[str, Any]] | None) -> list[Frame]:
    return [Frame(**values) for values in stored or ()]


def loop_of(frames: Sequence[Frame]) -> dict[str, Any]:
    """Give what expressions see as `loop`: `{"item", "index", "length", "parent"}`.

    Only a loop inside a loop has a `parent`, which looks the same.
    """
    loop: dict[str, Any] = {}
    for frame in frames:
        parent = {"parent": loop} if loop else {}
        loop = {
            "item": frame.item,
            "index": frame.index,
            "length": frame.length,
            **parent,
        }
    return loop


def path_of(frames: Sequence[Frame]) -> str:
    """Name the round for people, counted from 1: "3", or "3.1" in nested loops."""
    return ".".join(str(frame.index + 1) for frame in frames)
