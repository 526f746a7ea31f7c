"""Change the keys of nodes in the expressions that refer to them."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2.exceptions import TemplateSyntaxError

from workflows.expressions.errors import ExpressionError
from workflows.expressions.syntax import SANDBOX, located_tokens
from workflows.expressions.template import is_expression

#: Offset, kind and text of a token, as Jinja2's lexer names them.
Token = tuple[int, str, str]


def rename_nodes(value: Any, keys: Mapping[str, str]) -> Any:
    """Write `nodes.new` for `nodes.old` in every text of a JSON-like value.

    A text that cannot be understood stays as it is: what is wrong in it is told
    where it is edited.
    """
    if isinstance(value, str):
        return _renamed(value, keys) if is_expression(value) else value
    if isinstance(value, Mapping):
        return {name: rename_nodes(each, keys) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rename_nodes(each, keys) for each in value]
    return value


def _renamed(source: str, keys: Mapping[str, str]) -> str:
    try:
        tokens = [t for t in located_tokens(SANDBOX, source) if t[1] != "whitespace"]
    except (ExpressionError, TemplateSyntaxError):
        return source
    pieces, end = [], 0
    for offset, old in _references(tokens):
        if old in keys:
            pieces += [source[end:offset], keys[old]]
            end = offset + len(old)
    return "".join([*pieces, source[end:]])


def _references(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Find the keys behind the name `nodes`, and where they stand."""
    for place in range(len(tokens) - 2):
        _offset, kind, name = tokens[place]
        is_root = kind == "name" and name == "nodes"
        if not is_root or (place and tokens[place - 1][2] == "."):
            continue
        (_at, _kind, dot), (offset, inner, key) = tokens[place + 1 : place + 3]
        if dot == "." and inner == "name":
            yield offset, key
        elif dot == "[" and inner == "string":
            yield offset + 1, key[1:-1]
