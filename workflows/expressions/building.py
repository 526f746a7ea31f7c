"""What every part of the compiler shares: nodes become functions of a meter.

Jinja2 would generate Python source. There `~`, `in`, comparisons, slices and
literals cannot be intercepted, and constants are computed while compiling,
before any cap. Here every step of an expression passes the meter.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from jinja2 import nodes

from workflows.expressions.errors import (
    FAULTS,
    ExpressionError,
    ExpressionRefused,
    ExpressionSyntaxError,
    located,
)
from workflows.expressions.limits import Meter

Evaluate = Callable[[Meter], Any]


class Builder(ABC):
    """Compile the expressions of one source and collect the names they use."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.names: set[tuple[str, ...]] = set()

    @abstractmethod
    def build(self, node: nodes.Node) -> Evaluate:
        """Return the function that evaluates this node."""

    def each(self, items: Sequence[nodes.Node]) -> list[Evaluate]:
        return [self.build(item) for item in items]

    def wrong(self, node: nodes.Node, message: str) -> ExpressionSyntaxError:
        return ExpressionSyntaxError(self.source, node.lineno, message)

    def refused(self, node: nodes.Node, message: str) -> ExpressionRefused:
        return ExpressionRefused(self.source, node.lineno, message)

    def fault(self, node: nodes.Node) -> Callable[[Exception], ExpressionError]:
        """Return what turns the fault of a step into an error with its place."""
        return partial(located, self.source, node.lineno)

    def step(
        self, node: nodes.Node, call: Callable[..., Any], parts: Sequence[Evaluate]
    ) -> Evaluate:
        """Evaluate the parts, then `call(meter, *parts)` within the caps."""
        fault = self.fault(node)

        def evaluate(meter: Meter) -> Any:
            values = [part(meter) for part in parts]
            try:
                return meter.admit(call(meter, *values))
            except FAULTS as error:
                raise fault(error) from error

        return evaluate
