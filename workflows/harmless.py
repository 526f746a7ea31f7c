"""Texts that people see: nothing in them hides or turns what stands around."""

import unicodedata

from workflows.codec import readable

#: Marks that turn the direction of what follows, until they are taken back.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_STRAIGHT = dict.fromkeys(_TURNING)
#: Controls that are layout.
_KEPT = {"\n", "\t"}


def harmless(text: object, limit: int) -> str:
    """Take out control characters and marks of direction; cut what is too long."""
    kept = (
        each
        for each in readable(text, limit).replace("\r\n", "\n")
        if each in _KEPT
        or (unicodedata.category(each) != "Cc" and ord(each) not in _TURNING)
    )
    return "".join(kept)


def straight(text: object) -> str:
    """Take out the marks of direction, so that a sentence can be built with it."""
    return str(text).translate(_STRAIGHT)


def line(text: object, limit: int) -> str:
    """Do so, and leave no breaks of lines."""
    return " ".join(harmless(text, limit).split())
