"""How long a work rests after it failed."""

from datetime import timedelta

from handlers.conf import settings


def pause(failures: int) -> timedelta:
    """Give the pause after so many failures in a row: 30 s, doubled, up to 5 h."""
    conf = settings()
    wait = conf.backoff
    for _doubling in range(failures - 1):
        if wait >= conf.backoff_most:
            break
        wait *= 2
    return min(wait, conf.backoff_most)


def gives_up(failures: int) -> bool:
    most = settings().max_failures
    return bool(most) and failures >= most
