"""What an HTTP status and `Retry-After` say about trying again (RFC 9110)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Refusals that pass: too slow, too early, too many requests.
_PASSING = {408, 425, 429}
_CLIENT_ERRORS, _SERVER_ERRORS = 400, 500
#: Digits that a number of seconds may have.
_LONGEST = 9


def is_lasting(status: int) -> bool:
    """Tell whether the same request will be answered like this again."""
    return _CLIENT_ERRORS <= status < _SERVER_ERRORS and status not in _PASSING


def retry_after(text: str, now: datetime) -> timedelta | None:
    """Read the header: seconds or a date; None if it says nothing of use."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())
