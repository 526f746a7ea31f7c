"""One switch for all schedules, and what it leaves behind."""

from triggers.models import Pause
from triggers.schedule.pausing import pause, resume
from workflows.models import Execution


def test_nothing_fires_while_schedules_are_paused(enable, time, at):
    enable(starts_at=at(0), repeat=5)
    time.go(5)

    pause(time.now)
    time.go(30)

    assert time.seconds() == [5]


def test_schedules_go_on_when_they_are_resumed(enable, time, at):
    enable(starts_at=at(0), repeat=5, misfire_grace=0)
    pause(time.now)
    time.go(13)

    resume(time.now)
    time.go(7)

    assert time.seconds() == [15, 20]


def test_moments_in_a_pause_are_missed_for_that_reason(enable, time, at):
    enable(starts_at=at(0), repeat=5, misfire_grace=0)
    pause(time.now)
    time.go(13)

    resume(time.now)
    time.go(0)

    assert time.missed() == [5, 10]
    reasons = set(Execution.objects.values_list("reason", flat=True))
    assert reasons == {"schedules were paused at its time"}


def test_a_pause_cannot_be_doubled(db, time):
    assert pause(time.now) is True
    assert pause(time.now) is False
    assert Pause.objects.count() == 1


def test_there_may_be_a_second_pause_later(db, time):
    pause(time.now)
    resume(time.now)

    assert pause(time.now) is True


def test_what_is_not_paused_cannot_be_resumed(db, time):
    assert resume(time.now) is False
