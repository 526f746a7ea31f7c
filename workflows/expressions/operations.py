"""What a function, filter, test or method is to the compiler."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workflows.expressions.limits import Meter

Call = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """A named step with the arguments that it takes.

    `deep` steps walk into their arguments and pay for every item. `lazy` ones get
    their arguments as functions, so that the unused ones are never evaluated.
    `metered` ones get the meter first, because their work is more than their
    arguments show. `fills` names what of the scope stands in without an argument.
    """

    name: str
    call: Call
    least: int
    most: int | None
    keywords: frozenset[str] = frozenset()
    deep: bool = False
    lazy: bool = False
    metered: bool = False
    fills: str = ""

    def run(self, meter: Meter, *values: Any, **named: Any) -> Any:
        if self.metered:
            return self.call(meter, *values, **named)
        return self.call(*values, **named)

    def fault(self, count: int, keywords: Iterable[str] = ()) -> str:
        """Return what is wrong with these arguments, or nothing."""
        named = list(keywords)
        unknown = [name for name in named if name not in self.keywords]
        if unknown:
            return f"{self.name} has no argument '{unknown[0]}'."
        total = count + len(named)
        if total < self.least or (self.most is not None and total > self.most):
            return f"{self.name} takes {self.counts()}, not {total}."
        return ""

    def counts(self) -> str:
        """Say how many arguments there are."""
        if self.most is None:
            return f"at least {self.least} argument{'s' * (self.least != 1)}"
        if self.least == self.most:
            return f"{self.most} argument{'s' * (self.most != 1)}"
        return f"{self.least} to {self.most} arguments"


def operation(
    name: str, call: Call, keywords: Iterable[str], **flags: Any
) -> Operation:
    """Read the arguments of a function from its signature."""
    parameters = list(inspect.signature(call).parameters.values())
    parameters = parameters[1:] if flags["metered"] else parameters
    plain = [p for p in parameters if p.kind is not p.VAR_POSITIONAL]
    least = sum(p.default is p.empty for p in plain)
    most = len(plain) if plain == parameters else None
    known = frozenset(keywords) & {p.name for p in plain}
    return Operation(name, call, least, most, known, **flags)


def table(
    calls: dict[str, Call],
    *,
    deep: Iterable[str] = (),
    lazy: Iterable[str] = (),
    metered: Iterable[str] = (),
    keywords: Iterable[str] = (),
) -> dict[str, Operation]:
    """Return the operations of a table of names and functions."""
    flags = {"deep": deep, "lazy": lazy, "metered": metered}
    return {
        name: operation(
            name,
            call,
            keywords,
            **{flag: name in names for flag, names in flags.items()},
        )
        for name, call in calls.items()
    }
