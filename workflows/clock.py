"""The time that receivers go by: the real one, unless a replay sets another.

A receiver cannot be given `now` by its caller; everything else takes it as an argument.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    return _moment.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be `moment`, in this thread or task alone."""
    before = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(before)
