"""Names in texts: `@name` is the value of a variable."""

import json
import re

from handlers.actions.stack import HashMap

#: A variable by name, as in `@barcode`; an address like a@b.c is none.
NAME = re.compile(r"(?<![\w@])@(\w+)")

_STRING_OR_NAME = re.compile(rf'"(?:[^"\\]|\\.)*"|{NAME.pattern}', re.DOTALL)


def value_of(text: str, stack: HashMap) -> str:
    """Give the value of the variable if the text is `@name`, else the text."""
    text = text.strip()
    match = re.fullmatch(r"@(\w+)", text)
    return (stack.get(match[1]) or "") if match else text


def filled(text: str, stack: HashMap) -> str:
    """Replace every `@name` that is a variable by its value."""
    return NAME.sub(lambda found: stack.get(found[1]) or "", text)


def filled_json(text: str, stack: HashMap) -> str:
    """Replace the names in a text of JSON, whose values stay inside of their quotes.

    Outside of quotes a value is written as it is, as in `{"n": @count}`; so it is
    everywhere in other texts.
    """
    if text.lstrip()[:1] not in {"{", "["}:
        return filled(text, stack)
    return _STRING_OR_NAME.sub(lambda found: _in_quotes(found[0], stack), text)


def _in_quotes(part: str, stack: HashMap) -> str:
    if not part.startswith('"'):
        return filled(part, stack)

    def escaped(found: re.Match[str]) -> str:
        value = json.dumps(stack.get(found[1]) or "", ensure_ascii=False)
        return value[1:-1]

    return NAME.sub(escaped, part)
