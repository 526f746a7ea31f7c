"""Secrets that stand in texts: what records and pages show in their place."""

import re
from typing import Any

_VALUE = re.compile(
    r"""(["'](?:password|passwd|auth|token|secret|authorization)["']\s*:\s*)
        (?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""",
    re.IGNORECASE | re.VERBOSE,
)


def hidden(text: str) -> str:
    """Hide the values of passwords and the like in a text that holds JSON."""
    return _VALUE.sub(r'\1"•••"', text)


def hidden_in(value: Any) -> Any:
    """Hide them in a JSON value, at any depth."""
    match value:
        case str():
            return hidden(value)
        case dict():
            return {key: hidden_in(each) for key, each in value.items()}
        case list():
            return [hidden_in(each) for each in value]
        case _:
            return value
