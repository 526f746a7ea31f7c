"""Names in texts: `@name` is the value of a variable."""

import re

from handlers.actions.stack import HashMap

#: A variable by name, as in `@barcode`; an address like a@b.c is none.
NAME = re.compile(r"(?<![\w@])@(\w+)")


def value_of(text: str, stack: HashMap) -> str:
    """Give the value of the variable if the text is `@name`, else the text."""
    text = text.strip()
    match = re.fullmatch(r"@(\w+)", text)
    return (stack.get(match[1]) or "") if match else text


def filled(text: str, stack: HashMap) -> str:
    """Replace every `@name` that is a variable by its value."""
    return NAME.sub(lambda found: stack.get(found[1]) or "", text)
