"""Why has it not run? Each answer in its situation."""

import pytest

from triggers.models import Schedule
from triggers.schedule.explaining import explain
from triggers.schedule.pausing import pause
from workflows import services
from workflows.engine import register
from workflows.models import Worker


@pytest.fixture
def attended(time, db):
    return register(Worker.Kind.SCHEDULER, time.now)


@pytest.fixture
def why(time, attended):
    def why(version):
        version.refresh_from_db()
        return explain(version, time.now)

    return why


def test_a_disabled_version_says_so(enable, why, at):
    version = services.disable(enable(starts_at=at(60)))

    assert why(version) == "It is disabled."


def test_a_parked_schedule_says_its_error(enable, why, at):
    version = enable(starts_at=at(60))
    Schedule.objects.update(error="The field is gone.", next_run_at=None)

    assert why(version) == "It stopped with an error: The field is gone."


def test_a_pause_says_since_when(enable, why, at, time):
    version = enable(starts_at=at(60))
    pause(time.now)

    assert why(version).startswith("All schedules are paused since 2026-11-22 09:00:00")


def test_a_reached_limit_says_so(enable, why, at, time):
    version = enable(starts_at=at(0), repeat=5, max_runs=2)
    time.go(15)

    assert why(version) == "Its limit is reached: 2 of 2 runs."


def test_a_missing_scheduler_is_missed(enable, why, at, attended):
    version = enable(starts_at=at(60))
    attended.delete()

    assert why(version).startswith("No scheduler is running")


def test_a_schedule_that_is_over_says_so(enable, why, at, time):
    version = enable(starts_at=at(5))
    time.go(10)

    assert why(version) == "It has ended: no run is planned any more."


def test_a_missed_run_says_why(enable, why, at, time, attended):
    version = enable(starts_at=at(0), repeat=3600)
    time.jump(3600 + 120)
    attended.lease_until = time.now + attended.lease_until.resolution
    attended.save()

    assert why(version).startswith("Its run of 2026-11-22 10:00:00 was missed: no")


def test_a_schedule_that_waits_says_when_it_runs(enable, why, at):
    assert "It runs next at 2026-11-22 09:01:00" in why(enable(starts_at=at(60)))
