"""Secrets that stand in texts: what rows, records and pages hold in their place.

They are known by the names before them. What has no such name, nobody can tell from
other texts: keep it in an HTTP alias.
"""

import re
from typing import Any

#: What stands in the place of a secret.
MARK = "•••"

_NAME = (
    r"[\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|authorization"
    r"|cookie|credentials?|пароль)"
)
_IS_SECRET = re.compile(rf"(?:{_NAME}|auth)", re.IGNORECASE)
#: As JSON has it, also within a text of JSON, where quotes have backslashes.
_IN_JSON = re.compile(
    rf"""((?P<q>\\*["'])(?:{_NAME}|auth)(?P=q)\s*:\s*)
        (?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'
          | (?P<e>\\+["']).{{0,2000}}? (?P=e) (?=\s*(?:[,}}\]]|$)) | -?\d[\w.+-]* )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
#: As the type `set` has it; a value that is another variable is none.
_IN_SET = re.compile(
    rf"((?:^|;)\s*{_NAME}\s*=)(?!\s*@\w+\s*(?:;|$))[^;]+", re.IGNORECASE
)
_IN_QUERY = re.compile(rf"([?&]{_NAME}=)(?!@)[^&#\s\"']+", re.IGNORECASE)
#: As headers have it.
_IN_HEADER = re.compile(
    r"((?:authorization|cookie)\s*:\s*(?:(?:basic|bearer)\s+)?)(?![\"'\\])[^\s\"'\\;,]+",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Tell whether a variable, a key or a header is a secret by its name."""
    return _IS_SECRET.fullmatch(name.strip()) is not None


def hidden(text: str) -> str:
    """Hide the values of passwords and the like in a text."""
    text = _IN_JSON.sub(lambda found: f"{found[1]}{_quoted(found)}", text)
    for pattern in (_IN_SET, _IN_QUERY, _IN_HEADER):
        text = pattern.sub(rf"\1{MARK}", text)
    return text


def _quoted(found: re.Match[str]) -> str:
    quote = found["q"]
    return f"{quote}{MARK}{quote}"


def hidden_in(value: Any) -> Any:
    """Hide them in a JSON value, at any depth."""
    match value:
        case str():
            return hidden(value)
        case dict():
            return {key: _under(str(key), each) for key, each in value.items()}
        case list():
            return [hidden_in(each) for each in value]
        case _:
            return value


def _under(name: str, value: Any) -> Any:
    """Hide a value whose name says that it is a secret; an empty one is none."""
    if is_secret(name) and isinstance(value, str | int | float) and value != "":
        return MARK if not isinstance(value, bool) else value
    return hidden_in(value)
