"""Run what is not ours, and keep what it raises: the one catch-all of the project."""

import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
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
    #: The class of the exception.
    type: str = ""
    #: What the exception says of itself: whether and when to try again.
    permanent: bool = False
    retry_after: timedelta | None = None


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
    except BaseException as error:
        if _is_interrupt(error):
            raise
        return _errored()


def _is_interrupt(error: BaseException) -> bool:
    """Tell Ctrl-C from a plug-in that raises the same: only the first can come here.

    Workers have other handlers for the signal, and threads never see it.
    """
    return (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )


def attempt_apart(
    action: Callable[[], T],
    *,
    blame_database: bool = False,
    undoes: Callable[[T], bool] = lambda _answer: False,
) -> T | Errored:
    """Do the same under a savepoint: what raises leaves no trace in the database.

    Nor does what gives an answer that `undoes` it.
    """
    with transaction.atomic():
        answer = attempt(
            lambda: _in_words_of_django(action), blame_database=blame_database
        )
        if isinstance(answer, Errored) or undoes(answer):
            transaction.set_rollback(True)
    return answer


def _in_words_of_django(action: Callable[[], T]) -> T:
    """Let errors that a driver raises past Django look like all the others."""
    with connection.wrap_database_errors:
        return action()


def _errored() -> Errored:
    """Describe the exception that is being handled."""
    error = sys.exception()
    text = _text_of(error) or type(error).__name__
    if not isinstance(error, WorkflowError):
        text = f"{type(error).__name__}: {text}"
    trace = traceback.format_exc()[-TRACEBACK_LIMIT:]
    wish = getattr(error, "retry_after", None)
    return Errored(
        readable(text, MESSAGE_LIMIT),
        readable(trace),
        type=type(error).__name__,
        permanent=getattr(error, "permanent", False) is True,
        retry_after=wish if isinstance(wish, timedelta) else None,
    )


def _text_of(error: BaseException | None) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001 - that is a plug-in's code as well
        return ""
