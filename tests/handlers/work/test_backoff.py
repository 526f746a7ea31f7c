from datetime import timedelta

import pytest

from handlers.work.backoff import gives_up, pause

#: The pauses of the document: 30 s, doubled, at most five hours.
SECONDS = [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 18000, 18000]


@pytest.mark.parametrize(("failures", "seconds"), list(enumerate(SECONDS, start=1)))
def test_pauses_double_up_to_five_hours(failures, seconds):
    assert pause(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("failures", [100, 10**6])
def test_any_number_of_failures_has_a_pause(failures):
    assert pause(failures) == timedelta(hours=5)


def test_settings_decide(settings):
    settings.WORKS = {"BACKOFF": 1, "BACKOFF_MOST": 3, "MAX_FAILURES": 2}

    assert [pause(n).total_seconds() for n in (1, 2, 3, 4)] == [1, 2, 3, 3]
    assert [gives_up(n) for n in (1, 2, 3)] == [False, True, True]


def test_there_is_no_limit_by_default():
    assert gives_up(10**6) is False
