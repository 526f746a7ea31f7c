"""Functions of texts. Positions count from 1, as in Excel."""

import json
from collections.abc import Mapping
from typing import Any

from workflows.expressions.coercion import flat, items, text, whole
from workflows.expressions.faults import Unfit
from workflows.expressions.limits import MAX_ITEMS, MAX_TEXT, fit


def glued(parts: list[str], separator: str = "") -> str:
    length = sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0)
    fit(length, MAX_TEXT, "The text is too long")
    return separator.join(parts)


def concat(*values: Any) -> str:
    return glued([text(value) for value in flat(values)])


def join(values: Any, separator: Any = "") -> str:
    return glued([text(value) for value in items(values)], text(separator))


def amount(value: Any) -> int:
    """Return a number of characters; it is never negative."""
    found = whole(value)
    if found < 0:
        raise Unfit(found, "a number of characters")
    return found


def left(value: Any, count: Any = 1) -> str:
    return text(value)[: amount(count)]


def right(value: Any, count: Any = 1) -> str:
    known = text(value)
    return known[max(len(known) - amount(count), 0) :]


def start_of(position: Any) -> int:
    start = whole(position)
    if start < 1:
        raise Unfit(start, "a position, counted from 1,")
    return start - 1


def mid(value: Any, position: Any, count: Any) -> str:
    start = start_of(position)
    return text(value)[start : start + amount(count)]


def length(value: Any) -> int:
    if isinstance(value, list | tuple | Mapping):
        return len(value)
    return len(text(value))


def upper(value: Any) -> str:
    return text(value).upper()


def lower(value: Any) -> str:
    return text(value).lower()


def title(value: Any) -> str:
    return text(value).title()


def capitalize(value: Any) -> str:
    return text(value).capitalize()


def trim(value: Any) -> str:
    """Remove blanks around, and all but one between words."""
    return " ".join(text(value).split())


def strip(value: Any) -> str:
    return text(value).strip()


def replace(value: Any, position: Any, count: Any, new: Any) -> str:
    known, start = text(value), start_of(position)
    end = start + amount(count)
    return glued([known[:start], text(new), known[end:]])


def substitute(value: Any, old: Any, new: Any) -> str:
    known, before, after = text(value), text(old), text(new)
    found = known.count(before)
    longer = len(known) + found * (len(after) - len(before))
    fit(longer, MAX_TEXT, "The text is too long")
    return known.replace(before, after) if before else known


def contains(value: Any, part: Any) -> bool:
    if isinstance(value, list | tuple | Mapping):
        return part in value
    return text(part) in text(value)


def starts_with(value: Any, part: Any) -> bool:
    return text(value).startswith(text(part))


def ends_with(value: Any, part: Any) -> bool:
    return text(value).endswith(text(part))


def split(value: Any, separator: Any = None) -> list[str]:
    """Split at a separator; without one, at blanks."""
    parts = text(value).split(None if separator is None else text(separator), MAX_ITEMS)
    fit(len(parts), MAX_ITEMS, "The list is too long")
    return parts


def to_json(value: Any) -> str:
    """Write JSON; dates, Decimals and UUIDs become texts."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain)


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def to_text(value: Any) -> str:
    return str(value) if isinstance(value, list | tuple | Mapping) else text(value)


def to_list(value: Any) -> list[Any]:
    if isinstance(value, str | list | tuple | Mapping | set | frozenset):
        return list(value)
    raise Unfit(value, "a text, list or object")
