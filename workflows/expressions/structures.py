"""JSON-like values in which any text may be an expression."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.expressions.errors import ExpressionRefused
from workflows.expressions.template import compile_text

MAX_NESTING = 50  #: objects and lists inside each other
MARKS = ("{{", "{%", "{#")

Names = frozenset[tuple[str, ...]]
Render = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Compiled:
    """A compiled value. What is constant in it is returned itself: do not change it."""

    names: Names
    render: Render = field(repr=False, compare=False)
    constant: bool = False


def compile_value(value: Any) -> Compiled:
    """Compile every text of a JSON-like value; keys of objects stay as they are.

    Raises an ExpressionError for the first text that cannot be understood.
    """
    return compiled(value, 0)


def compiled(value: Any, depth: int) -> Compiled:
    if depth > MAX_NESTING:
        raise ExpressionRefused("", None, "The value is nested too deeply.")
    if isinstance(value, str) and any(mark in value for mark in MARKS):
        template = compile_text(value)
        return Compiled(template.names, template.render)
    if isinstance(value, dict):
        return mapped(value, {k: compiled(v, depth + 1) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return listed(value, [compiled(item, depth + 1) for item in value])
    return fixed(value)


def fixed(value: Any) -> Compiled:
    return Compiled(frozenset(), lambda _scope: value, constant=True)


def mapped(value: Any, parts: dict[Any, Compiled]) -> Compiled:
    if all(part.constant for part in parts.values()):
        return fixed(value)
    names = frozenset[tuple[str, ...]]().union(*(p.names for p in parts.values()))
    changing = [(k, p.render) for k, p in parts.items() if not p.constant]
    return Compiled(
        names,
        lambda scope: {**value, **{key: render(scope) for key, render in changing}},
    )


def listed(value: Any, parts: list[Compiled]) -> Compiled:
    if all(part.constant for part in parts):
        return fixed(value)
    names = frozenset[tuple[str, ...]]().union(*(part.names for part in parts))
    renders = [part.render for part in parts]
    return Compiled(names, lambda scope: [render(scope) for render in renders])
