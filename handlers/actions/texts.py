"""Commands as people and programs write them: JSON, or what Python prints."""

import ast
import json
from typing import Any

from workflows.exceptions import WorkflowError

#: Longest text that is tried as Python, in characters.
_LITERAL = 100_000


class NotReadable(WorkflowError):
    """A text that is neither JSON nor a literal of Python."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what} is not valid JSON: {problem}.")


def read_json(value: Any, what: str) -> Any:
    """Give the value of a JSON text; what is no text is a value already.

    Samples print lists with Python's own quotes, and close them with a semicolon.
    """
    if not isinstance(value, str):
        return value
    text = value.strip().rstrip(";").rstrip()
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return _literal(text, what, str(error) or "it is nested too deeply")


def _literal(text: str, what: str, problem: str) -> Any:
    if text[:1] not in {"[", "{"} or len(text) > _LITERAL:
        raise NotReadable(what, problem)
    try:
        value = ast.literal_eval(text)
        # Bytes, sets and the like are literals too.
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise NotReadable(what, problem) from None
    return value


def _refuse(name: str) -> None:
    message = f"{name} is no JSON number"
    raise ValueError(message)
