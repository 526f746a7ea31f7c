"""Run what is not ours, and keep what it raises: the one catch-all of the project."""

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from workflows.codec import readable
from workflows.exceptions import WorkflowError

T = TypeVar("T")

#: Longest message and traceback that are kept, in characters.
MESSAGE_LIMIT, TRACEBACK_LIMIT = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Errored:
    """What was tried raised."""

    message: str
    traceback: str


def attempt(action: Callable[[], T], *, blame_database: bool = False) -> T | Errored:
    """Do something of a node or a row; whatever it raises belongs to that.

    A database that fails is nobody's fault unless `blame_database` says so.
    """
    try:
        return action()
    except (OperationalError, InterfaceError):
        if not blame_database:
            raise
        return _errored()
    except Exception:  # noqa: BLE001 - plug-ins raise anything, and none may stop us
        return _errored()


def attempt_apart(
    action: Callable[[], T], *, blame_database: bool = False
) -> T | Errored:
    """Do the same under a savepoint: what raises leaves no trace in the database."""
    with transaction.atomic():
        answer = attempt(
            lambda: _in_words_of_django(action), blame_database=blame_database
        )
        if isinstance(answer, Errored):
            transaction.set_rollback(True)
    return answer


def _in_words_of_django(action: Callable[[], T]) -> T:
    """Let errors that a driver raises past Django look like all the others."""
    with connection.wrap_database_errors:
        return action()


def _errored() -> Errored:
    """Describe the exception that is being handled."""
    error = sys.exception()
    text = str(error) or type(error).__name__
    if not isinstance(error, WorkflowError):
        text = f"{type(error).__name__}: {text}"
    trace = traceback.format_exc()[-TRACEBACK_LIMIT:]
    return Errored(readable(text, MESSAGE_LIMIT), readable(trace))
