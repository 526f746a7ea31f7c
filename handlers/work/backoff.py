"""How long a work rests after it failed."""

from datetime import timedelta

from handlers.conf import settings
from workflows import backoff


def pause(failures: int) -> timedelta:
    """Give the pause after so many failures in a row: 30 s, doubled, up to 5 h."""
    conf = settings()
    return backoff.pause(failures, conf.backoff, conf.backoff_most)


def gives_up(failures: int) -> bool:
    most = settings().max_failures
    return bool(most) and failures >= most
