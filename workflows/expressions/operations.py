"""What a function, filter, test or method is to the compiler."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Call = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """A named step with the arguments that it takes.

    `deep` steps walk into their arguments and pay for every item. `lazy` ones get
    their arguments as functions, so that the unused ones are never evaluated.
    `fills` names what of the scope stands in when there is no argument.
    """

    name: str
    call: Call
    least: int
    most: int | None
    keywords: frozenset[str]
    deep: bool = False
    lazy: bool = False
    fills: str = ""

    def fault(self, count: int, keywords: Iterable[str]) -> str:
        """Return what is wrong with these arguments, or nothing."""
        unknown = sorted(set(keywords) - self.keywords)
        if unknown:
            return f"{self.name} has no argument '{unknown[0]}'."
        total = count + len(list(keywords))
        if total < self.least or (self.most is not None and total > self.most):
            return f"{self.name} takes {self.counts()}, not {total}."
        return ""

    def counts(self) -> str:
        """Say how many arguments there are."""
        if self.most is None:
            return f"at least {self.least} argument{'s' * (self.least != 1)}"
        if self.least == self.most:
            return f"{self.most or 'no'} argument{'s' * (self.most != 1)}"
        return f"{self.least} to {self.most} arguments"


def operation(name: str, call: Call, **flags: Any) -> Operation:
    """Read the arguments of a function from its signature."""
    parameters = list(inspect.signature(call).parameters.values())
    plain = [p for p in parameters if p.kind is not p.VAR_POSITIONAL]
    least = sum(p.default is p.empty for p in plain)
    most = len(plain) if plain == parameters else None
    keywords = frozenset(p.name for p in plain if p.kind is not p.POSITIONAL_ONLY)
    return Operation(name, call, least, most, keywords, **flags)


def table(
    calls: dict[str, Call], deep: Iterable[str] = (), lazy: Iterable[str] = ()
) -> dict[str, Operation]:
    """Return the operations of a table of names and functions."""
    walking, waiting = frozenset(deep), frozenset(lazy)
    return {
        name: operation(name, call, deep=name in walking, lazy=name in waiting)
        for name, call in calls.items()
    }
