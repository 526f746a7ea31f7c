"""Find names in expressions, and change the keys of nodes that they refer to."""

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
        return _renamed(value, keys)
    if isinstance(value, Mapping):
        return {name: rename_nodes(each, keys) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rename_nodes(each, keys) for each in value]
    return value


def names_read(value: Any) -> Iterator[tuple[str, str]]:
    """Find what the texts of a JSON-like value read: `("nodes", "total")`, and so on.

    A text that cannot be understood reads nothing.
    """
    if isinstance(value, str):
        for _offset, root, key in _references(_tokens(value)):
            yield root, key
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from names_read(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_read(each)


def _renamed(source: str, keys: Mapping[str, str]) -> str:
    pieces, end = [], 0
    for offset, root, old in _references(_tokens(source)):
        if root == "nodes" and old in keys:
            pieces += [source[end:offset], keys[old]]
            end = offset + len(old)
    return "".join([*pieces, source[end:]])


def _tokens(source: str) -> list[Token]:
    if not is_expression(source):
        return []
    try:
        return [t for t in located_tokens(SANDBOX, source) if t[1] != "whitespace"]
    except (ExpressionError, TemplateSyntaxError):
        return []


def _references(tokens: list[Token]) -> Iterator[tuple[int, str, str]]:
    """Find the names behind a first name, and where they stand."""
    for place in range(len(tokens) - 2):
        _offset, kind, root = tokens[place]
        if kind != "name" or (place and tokens[place - 1][2] == "."):
            continue
        (_at, _kind, dot), (offset, inner, key) = tokens[place + 1 : place + 3]
        if dot == "." and inner == "name":
            yield offset, root, key
        elif dot == "[" and inner == "string":
            yield offset + 1, root, key[1:-1]
