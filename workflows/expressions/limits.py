"""How much an expression may ask for, and the meter that counts it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, TypeVar

from workflows.expressions.faults import Exceeded, Unfit

MAX_SOURCE = 10_000  #: characters of one text with its expressions
MAX_BRACKETS = 30  #: brackets inside each other
MAX_TOKENS = 3_000  #: words, signs and texts between, of one text
MAX_NODES = 1_000  #: parts of one text: names, values, operators, calls
MAX_DEPTH = 100  #: parts inside each other
MAX_TEXT = 1_000_000  #: characters of any text on the way
MAX_ITEMS = 100_000  #: items of any list on the way
MAX_BITS = 4_000  #: size of a whole number, about 1,200 digits
MAX_EXPONENT = 999  #: power of ten of a Decimal, up or down
MAX_RESULT = 200_000  #: weight of a result: its items, and its characters / 10
MAX_STEPS = 200_000  #: work of one rendering, in the same unit; some 25 ms

LEAVES = frozenset({int, float, bool, type(None), Decimal, date, datetime})
T = TypeVar("T")


class Meter:
    """Hold the scope of one rendering, count its work and refuse what is too much."""

    __slots__ = ("scope", "steps")

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope
        self.steps = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise Exceeded(MAX_STEPS, "The expression takes too much work")

    def take(self, values: Iterable[Any]) -> None:
        """Pay for reading these values, one step an item."""
        for value in values:
            if isinstance(value, str):
                self.spend(1 + len(value) // 10)
            else:
                self.spend(len(value) if isinstance(value, list | dict) else 1)

    def take_whole(self, values: Iterable[Any]) -> None:
        """Pay for walking these values down to their last item."""
        for value in values:
            self.spend(weight(value, self.steps))

    def admit(self, value: T) -> T:
        """Return the value of a step if it is within the caps."""
        if isinstance(value, float | Decimal) and not finite(value):
            raise Unfit(value, "a finite number")
        self.spend(1 + size(value) // 10)
        return value


def finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else isfinite(value)


def size(value: object) -> int:
    """Return how large one value is, without looking inside it."""
    match value:
        case int():
            fit(value.bit_length(), MAX_BITS, "The whole number has too many bits")
        case str():
            return fit(len(value), MAX_TEXT, "The text is too long")
        case list() | tuple() | dict() | set():
            return fit(len(value), MAX_ITEMS, "The list is too long")
        case Decimal():
            exponent = abs(value.adjusted())
            fit(exponent, MAX_EXPONENT, "The number has too large an exponent")
        case _:
            pass
    return 1


def fit(amount: int, most: int, otherwise: str) -> int:
    if amount > most:
        raise Exceeded(most, otherwise)
    return amount


def weight(value: Any, most: int = MAX_RESULT) -> int:
    """Count items and characters to the last; more than `most` is refused.

    Shared lists count each time, as they would in a text. Circles are refused,
    because they never end.
    """
    total, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        total += 1
        if kind is str:
            total += len(part) // 10
        elif kind not in LEAVES:
            waiting.extend(inside(part))
        if total + len(waiting) > most:
            raise Exceeded(most, "The value has too many items and characters")
    return total


def inside(value: Any) -> Iterable[Any]:
    """Return the parts of a value that has parts."""
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if isinstance(value, Mapping):
        return (*value, *value.values())
    return ()
