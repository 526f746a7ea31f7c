"""Say in a person's words what values are."""

import difflib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

SHOWN = 40  #: characters of a text that an error repeats
SHOWN_BITS = 200  #: size of a whole number that an error repeats

KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a truth value"),
    ((int, float, Decimal), "a number"),
    (str, "a text"),
    ((list, tuple), "a list"),
    (Mapping, "an object"),
    (datetime, "a date with time"),
    (date, "a date"),
    (time, "a time"),
    (timedelta, "a duration"),
)


def kind(value: object) -> str:
    """Say in a person's words what the value is."""
    for types, name in KINDS:
        if isinstance(value, types):
            return name
    return f"a {type(value).__name__}"


def show(value: object) -> str:
    """Show the value in an error, shortened; never the inside of an object."""
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}…")
    if isinstance(value, float | Decimal | date | time | timedelta):
        return str(value)
    if isinstance(value, int) and value.bit_length() < SHOWN_BITS:
        return str(value)
    return kind(value)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" if a known name is close."""
    close = difflib.get_close_matches(name[:SHOWN], [*known][:500], n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
