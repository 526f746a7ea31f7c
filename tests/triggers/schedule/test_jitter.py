"""Many schedules of one moment, spread over a window."""

from datetime import timedelta

from triggers.schedule.config import ScheduleConfig
from workflows import services
from workflows.models import Execution


def delays(jitter, count=200):
    config = ScheduleConfig.read({"jitter": jitter})
    return [config.delay(number).total_seconds() for number in range(count)]


def test_without_jitter_nothing_is_delayed():
    assert set(delays(0)) == {0}


def test_delays_fill_the_window_and_never_leave_it():
    assert set(delays(9)) == set(range(10))


def test_the_delay_of_a_workflow_is_always_the_same():
    assert delays(60) == delays(60)


def test_a_delayed_run_keeps_its_planned_moment(enable, time, at):
    version = enable(starts_at=at(0), repeat=60, jitter=50)
    delay = ScheduleConfig.read({"jitter": 50}).delay(version.workflow_id)

    time.go(59)
    assert time.seconds() == []
    time.go(1 + delay.total_seconds())

    execution = Execution.objects.get()
    assert execution.planned_at == at(60)
    assert execution.started_at == at(60) + delay


def test_a_delay_is_not_lateness(enable, time, at):
    enable(starts_at=at(0), repeat=60, jitter=3600, misfire_grace=0)

    time.go(hours=2)

    assert time.missed() == []
    assert set(time.seconds()) <= set(range(60, 7260, 60))
    assert len(time.seconds()) >= 59


def test_a_copied_version_keeps_the_delay(enable, time, at):
    version = enable(starts_at=at(0), repeat=60, jitter=50)
    before = version.schedules.get().next_run_at

    copy = services.enable(services.copy_as_version(version), time.now)

    assert copy.schedules.get().next_run_at == before


def test_the_window_is_seconds():
    assert ScheduleConfig.read({"jitter": 5}).delay(1) <= timedelta(seconds=5)
