"""Expressions in double braces: one language for every text of a workflow."""

from workflows.expressions.errors import (
    EvaluationError,
    ExpressionError,
    ExpressionRefused,
    ExpressionSyntaxError,
    UnknownName,
)
from workflows.expressions.names import ScopeNames, check_names
from workflows.expressions.renaming import names_read, rename_nodes
from workflows.expressions.structures import Compiled, Render, compile_value
from workflows.expressions.template import (
    Template,
    compile_lines,
    compile_text,
    is_expression,
)

__all__ = [
    "Compiled",
    "EvaluationError",
    "ExpressionError",
    "ExpressionRefused",
    "ExpressionSyntaxError",
    "Render",
    "ScopeNames",
    "Template",
    "UnknownName",
    "check_names",
    "compile_lines",
    "compile_text",
    "compile_value",
    "is_expression",
    "names_read",
    "rename_nodes",
]
