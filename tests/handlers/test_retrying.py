"""What an answer says about trying again."""

from datetime import timedelta

import pytest

from handlers.retrying import is_lasting, retry_after
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (" 90 ", 90),
        ("Sun, 22 Nov 2026 09:00:30 GMT", 30),
        ("Sunday, 22-Nov-26 09:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 10:00:30 +0100", 30),
        ("Sun, 22 Nov 2026 09:00:30 -0000", 30),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0),
    ],
)
def test_seconds_and_dates_are_read(text, seconds):
    assert retry_after(text, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1.5", "٣", "9" * 10, "Sun, 99 Nov 2026 09:00:00 GMT"]
)
def test_what_says_nothing_is_nothing(text):
    assert retry_after(text, NOW) is None


@pytest.mark.parametrize("status", [200, 302, 408, 425, 429, 500, 503])
def test_other_statuses_may_pass(status):
    assert is_lasting(status) is False


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_refusals_last(status):
    assert is_lasting(status) is True
