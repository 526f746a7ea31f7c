"""The clock that receivers go by."""

import threading
from datetime import timedelta

from django.utils import timezone

from tests.conftest import NOW
from workflows import clock


def test_clock_shows_the_real_time():
    before = timezone.now()

    assert before <= clock.now() <= timezone.now()


def test_clock_shows_the_moment_it_is_set_to():
    with clock.at(NOW):
        assert clock.now() == NOW


def test_clock_is_set_back_in_steps():
    with clock.at(NOW):
        with clock.at(NOW + timedelta(days=1)):
            pass
        assert clock.now() == NOW
    assert clock.now() != NOW


def test_other_threads_keep_the_real_time():
    seen = []
    with clock.at(NOW):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()

    assert seen[0] != NOW
