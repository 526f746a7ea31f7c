"""Functions that choose. They get functions and call only those they need."""

from collections.abc import Callable
from typing import Any

Thunk = Callable[[], Any]


def nothing() -> None:
    return None


def choose(test: Thunk, then: Thunk, otherwise: Thunk = nothing) -> Any:
    return then() if test() else otherwise()


def every(test: Thunk, *others: Thunk) -> bool:
    return all(each() for each in (test, *others))


def some(test: Thunk, *others: Thunk) -> bool:
    return any(each() for each in (test, *others))


def negate(value: Any) -> bool:
    return not value


def coalesce(value: Thunk, *others: Thunk) -> Any:
    """Return the first value that is there."""
    found = (each() for each in (value, *others))
    return next((each for each in found if each is not None), None)


def default(value: Any, default_value: Any = "", boolean: Any = None) -> Any:
    """Stand in for a missing path; with `boolean` for everything empty too."""
    return default_value if boolean and not value else value
