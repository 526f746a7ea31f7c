"""Durations as people write them in a setting: `30m, 2h, 1d`."""

import re
from collections.abc import Iterable
from datetime import datetime

from handlers.fields import zone_of
from handlers.moments import shift
from workflows.exceptions import WorkflowError

#: Units by their letter.
LETTERS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MOST = 10
_SPAN = re.compile(r"(\d{1,6})\s*([smhdw])")


class SpanNotUnderstood(WorkflowError):
    """A text that is no duration."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"'{text[:40]}' is no duration. Write a number and s, m, h, d or w for "
            "seconds, minutes, hours, days or weeks, such as 2h or 1d."
        )


Span = tuple[int, str]


def read_spans(text: str) -> list[Span]:
    """Read durations that commas separate; raise `SpanNotUnderstood`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST:
        raise SpanNotUnderstood(text)
    return [_read(part) for part in parts]


def _read(text: str) -> Span:
    match = _SPAN.fullmatch(text.lower())
    if match is None:
        raise SpanNotUnderstood(text)
    return int(match[1]), LETTERS[match[2]]


def after(moment: datetime, spans: Iterable[Span]) -> list[datetime]:
    """Give the moments that are so much later, days on the clock of the project."""
    return [_shifted(moment, amount, unit) for amount, unit in spans]


def before(moment: datetime, spans: Iterable[Span]) -> list[datetime]:
    """Give the moments that are so much earlier."""
    return [_shifted(moment, -amount, unit) for amount, unit in spans]


def _shifted(moment: datetime, amount: int, unit: str) -> datetime:
    return shift(moment.astimezone(zone_of("")), amount, unit)
