"""Sentences about triggers."""

from collections.abc import Sequence

from django.utils.translation import gettext


def listed(words: Sequence[str]) -> str:
    """Write names one after the other, the last two joined by "or"."""
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    joined = gettext("%(first)s or %(last)s")
    return joined % {"first": ", ".join(words[:-1]), "last": words[-1]}
