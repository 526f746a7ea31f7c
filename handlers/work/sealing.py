"""What a work needs and its row may not show: encrypted beside what may be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.work.hiding import hidden_in
from handlers.work.models import Work
from workflows.secrets import seal, unseal


@dataclass(frozen=True, slots=True)
class Content:
    """What a work does, and with what, as it was ordered."""

    #: `{"work": [handlers]}` or `{"request": {...}}`.
    body: Mapping[str, Any]
    stack: Mapping[str, str]
    #: What a transfer brings besides its alias.
    headers: Mapping[str, str] = field(default_factory=dict)


def columns(content: Content) -> dict[str, Any]:
    """Give the columns of the row; what is hidden in them is sealed as well."""
    shown = {"body": hidden_in(content.body), "stack": hidden_in(content.stack)}
    given = {"body": content.body, "stack": content.stack}
    sealed = {name: value for name, value in given.items() if value != shown[name]}
    if content.headers:
        sealed["headers"] = dict(content.headers)
    return {**shown, "sealed": seal(sealed)}


def content_of(work: Work) -> Content:
    """Give back what was ordered; raise `SecretUnreadable` without its key."""
    return Content(
        **{"body": work.body, "stack": work.stack, **(unseal(work.sealed) or {})}
    )
