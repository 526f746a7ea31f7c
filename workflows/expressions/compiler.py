"""Compile each kind of node; what is not in the table is not in the language."""

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from workflows.expressions import calls, computing, paths
from workflows.expressions.building import Builder, Evaluate

STEPS: dict[type[nodes.Node], Callable[[Any, Any], Evaluate]] = {
    **dict.fromkeys(computing.BINARY, computing.binary),
    **dict.fromkeys(paths.PATHS, paths.path),
    nodes.And: computing.both,
    nodes.Call: calls.call,
    nodes.Compare: computing.compared,
    nodes.Concat: computing.joined,
    nodes.CondExpr: computing.chosen,
    nodes.Const: computing.constant,
    nodes.Dict: computing.mapped,
    nodes.Filter: calls.filtered,
    nodes.List: computing.listed,
    nodes.Neg: computing.minus,
    nodes.Not: computing.negated,
    nodes.Or: computing.either,
    nodes.Pos: computing.plus,
    nodes.TemplateData: computing.data,
    nodes.Test: calls.asked,
    nodes.Tuple: computing.listed,
}


class Compiler(Builder):
    """Build every kind of node that the language has."""

    def build(self, node: nodes.Node) -> Evaluate:
        step = STEPS.get(type(node))
        if step is None:
            raise self.wrong(node, "This is not part of the language.")
        return step(self, node)
