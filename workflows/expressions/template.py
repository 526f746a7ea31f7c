"""Texts with expressions: compiled once, rendered many times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from workflows.expressions.building import Builder, Evaluate
from workflows.expressions.compiler import Compiler
from workflows.expressions.computing import interpolate
from workflows.expressions.html import escaped
from workflows.expressions.limits import Meter, weight
from workflows.expressions.paths import PATHS
from workflows.expressions.syntax import parse

MARK = "{{"
KEPT = 4_096  #: compiled texts that each process remembers


def is_expression(value: object) -> bool:
    """Say whether the value is a text with an expression in it."""
    return isinstance(value, str) and MARK in value


@dataclass(frozen=True)
class Template:
    """A compiled text.

    `names` are the dotted paths it uses, as deep as they are written out:
    `{{ nodes.n1.lines[0].price }}` uses `("nodes", "n1", "lines")`.
    """

    source: str
    names: frozenset[tuple[str, ...]]
    evaluate: Evaluate = field(repr=False, compare=False)

    def render(self, scope: Mapping[str, Any]) -> Any:
        """Return the value of the one expression, or the text with all of them.

        The value may be part of the scope: read it, do not change it. Raises an
        ExpressionError.
        """
        return self.evaluate(Meter(scope))


@lru_cache(maxsize=KEPT)
def compile_text(source: str) -> Template:
    """Compile a text; raise an ExpressionError if it cannot be understood."""
    parts, compiler = parse(source), Compiler(source)
    steps = compiler.each(parts)
    if len(parts) == 1:
        evaluate = whole(compiler, parts[0], steps[0])
    else:
        evaluate = together(compiler, steps)
    return Template(source, frozenset(compiler.names), evaluate)


@lru_cache(maxsize=KEPT)
def compile_lines(source: str, *, html: bool = False) -> Template:
    """Compile a text that gives a text, whatever is in it.

    In `html`, what expressions give is escaped; `{{ value|safe }}` is put in as it is.
    """
    parts, compiler = parse(source), Compiler(source)
    steps = compiler.each(parts)
    if html:
        steps = [
            step
            if isinstance(part, nodes.TemplateData)
            else compiler.step(part, escaped, [step])
            for part, step in zip(parts, steps, strict=True)
        ]
    evaluate = together(compiler, steps)
    return Template(source, frozenset(compiler.names), evaluate)


def together(builder: Builder, steps: Sequence[Evaluate]) -> Evaluate:
    return builder.step(nodes.Const("", lineno=0), interpolate, steps)


def whole(builder: Builder, node: nodes.Node, evaluate: Evaluate) -> Evaluate:
    """Hold the result of a single expression to its cap.

    What is only read is as large as the scope has it.
    """
    if isinstance(node, (*PATHS, nodes.Const, nodes.TemplateData)):
        return evaluate
    return builder.step(node, weighed, [evaluate])


def weighed(_meter: Meter, value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        weight(value)
    return value
