"""Texts that are HTML: what comes from values is escaped."""

import html
from typing import Any

from workflows.expressions.coercion import text
from workflows.expressions.computing import as_text
from workflows.expressions.limits import Meter


class Html(str):
    """A text that is HTML already; anything done to it gives a plain text again."""

    __slots__ = ()


def safe(value: Any) -> Html:
    """Take a text as HTML as it is."""
    return Html(text(value))


def escape(value: Any) -> Html:
    """Write `& < > " '` so that HTML shows them; what is HTML already stays."""
    return value if isinstance(value, Html) else Html(html.escape(text(value)))


def escaped(meter: Meter, value: Any) -> str:
    """Escape whatever an expression of an HTML text has given."""
    return value if isinstance(value, Html) else html.escape(as_text(meter, value))
