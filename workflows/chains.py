"""Which executions led to what is done now, in this thread or task."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_chain: ContextVar[tuple[int, ...]] = ContextVar("chain", default=())


def chain() -> tuple[int, ...]:
    """Give the ids of the executions whose node is running, the eldest first.

    Empty outside of nodes. Whoever starts an execution because of what is done here
    gives them as its ancestors, so that workflows cannot start each other for ever.
    """
    return _chain.get()


@contextmanager
def within(ancestors: tuple[int, ...]) -> Iterator[None]:
    """Do what is done inside on behalf of these executions."""
    before = _chain.set(ancestors)
    try:
        yield
    finally:
        _chain.reset(before)
