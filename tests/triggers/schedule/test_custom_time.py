"""Custom time, from the enabled version to its executions."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.nodes import node
from tests.triggers.schedule.conftest import rows
from workflows import services
from workflows.models import Execution

#: Start, repetition, what fires in twenty seconds.
CASES = [
    (-10, None, []),
    (0, None, [0]),
    (7, None, [7]),
    (-10, 1, list(range(1, 21))),
    (-10, 3, [2, 5, 8, 11, 14, 17, 20]),
    (-1, 5, [4, 9, 14, 19]),
    (0, 5, [5, 10, 15, 20]),
    (2, 5, [2, 7, 12, 17]),
    (2, 1, list(range(2, 21))),
    (-10, "*/4 * * * * *", [4, 8, 12, 16, 20]),
    (3, "*/4 * * * * *", [4, 8, 12, 16, 20]),
    (4, "*/4 * * * * *", [4, 8, 12, 16, 20]),
]


@pytest.mark.parametrize(("start", "repeat", "fires"), CASES)
def test_it_fires_when_it_should(enable, time, at, start, repeat, fires):
    enable(starts_at=at(start), repeat=repeat)

    time.go(20)

    assert time.seconds() == fires


def test_the_event_key_names_version_and_moment(enable, time, at):
    version = enable(starts_at=at(3))

    time.go(5)

    key = f"{version.pk}@2026-11-22T09:00:03+00:00"
    assert Execution.objects.get().event_key == key


def test_the_planned_moment_is_the_date_of_the_context(enable, time, at):
    enable(node("echo", "{{ trigger.date }}"), starts_at=at(3))

    time.go(5)

    assert Execution.objects.get().jobs.get().result == at(3)


def test_a_disabled_version_fires_no_more(enable, time, at):
    version = enable(starts_at=at(0), repeat=5)
    time.go(7)

    services.disable(version)
    time.go(20)

    assert time.seconds() == [5]
    assert rows() == []


def test_a_new_version_takes_over_and_the_old_one_is_silent(enable, time, at):
    version = enable(starts_at=at(0), repeat=5)
    time.go(7)

    second = services.enable(services.copy_as_version(version), time.now)
    time.go(10)

    assert time.seconds(version=version) == [5]
    assert time.seconds(version=second) == [10, 15]


def test_an_end_is_included(enable, time, at):
    enable(starts_at=at(0), repeat=5, ends_at=at(15))

    time.go(60)

    assert time.seconds() == [5, 10, 15]


def test_a_number_of_runs_ends_it(enable, time, at):
    enable(starts_at=at(0), repeat=5, max_runs=2)

    time.go(60)

    assert time.seconds() == [5, 10]
    assert rows()[0].next_run_at is None


def test_the_number_of_runs_counts_earlier_versions(enable, time, at):
    version = enable(starts_at=at(0), repeat=5, max_runs=2)
    time.go(7)
    services.enable(services.copy_as_version(version), time.now)

    time.go(60)

    assert time.seconds() == [5, 10]


def test_a_copy_as_new_may_run_as_often_again(enable, time, at):
    version = enable(starts_at=at(0), repeat=5, max_runs=2)
    time.go(60)

    copy = services.enable(services.copy_as_new(version), time.now)
    time.go(60)

    assert len(time.seconds(version=copy)) == 2


def test_manual_runs_count_towards_the_number(enable, time, at):
    version = enable(starts_at=at(0), repeat=5, max_runs=2)
    services.run_manually(version, {}, time.now)

    time.go(60)

    assert time.seconds(manual=False) == [5]


def test_a_late_scheduler_still_fires_with_the_planned_moment(enable, time, at):
    enable(starts_at=at(5))

    time.jump(50)

    assert time.seconds() == [5]


def test_a_late_scheduler_fires_every_moment_within_the_grace(enable, time, at):
    enable(starts_at=at(0), repeat=10)

    time.jump(35)

    assert time.seconds() == [10, 20, 30]


def test_missed_moments_are_skipped_and_noted(enable, time, at):
    enable(starts_at=at(0), repeat=60)

    time.jump(310)
    time.go(60)

    assert time.missed() == [60, 120, 180, 240]
    assert time.seconds() == [300, 360]


def test_missed_moments_do_not_count_as_runs(enable, time, at):
    version = enable(starts_at=at(0), repeat=60)

    time.jump(310)
    version.refresh_from_db()

    assert version.run_count == 1


def test_missed_moments_may_be_run_once(enable, time, at):
    enable(starts_at=at(0), repeat=60, misfire="once")

    time.jump(310)

    assert time.seconds() == [240, 300]
    assert time.missed() == [60, 120, 180]


def test_missed_moments_may_all_be_run(enable, time, at):
    enable(starts_at=at(0), repeat=60, misfire="all")

    time.jump(310)

    assert time.seconds() == [60, 120, 180, 240, 300]


def test_the_number_of_missed_runs_is_bounded(enable, time, at):
    enable(starts_at=at(0), repeat=60, misfire="all", misfire_max=2)

    time.jump(310)

    assert time.seconds() == [180, 240, 300]


def test_a_clock_that_steps_back_repeats_nothing(enable, time, at):
    enable(starts_at=at(0), repeat=60)
    time.go(300)

    time.now = NOW
    time.go(300)

    assert time.seconds() == [60, 120, 180, 240, 300]


def test_a_clock_that_steps_forward_loses_nothing_silently(enable, time, at):
    enable(starts_at=at(0), repeat=600)
    time.go(600)

    time.now += timedelta(hours=1)
    time.go(600)

    # The hour that was stepped over is in the history as missed, the rest has run.
    assert time.missed() == [1200, 1800, 2400, 3000, 3600]
    assert time.seconds() == [600, 4200, 4800]


def test_a_wait_of_years_ends_to_the_second(enable, time, at):
    days = 5 * 365
    enable(starts_at=at(0) + timedelta(days=days, seconds=7))

    time.go(days=days + 1)

    assert time.seconds() == [days * 86400 + 7]


def test_intervals_do_not_drift(enable, time, at):
    enable(starts_at=at(0), repeat=7)

    for _ in range(20):
        time.jump(8)

    assert set(time.seconds()) == set(range(7, 161, 7))


def test_two_schedulers_fire_once(enable, time, at):
    enable(starts_at=at(0), repeat=5)
    stale = rows()[0]
    time.go(5)

    stale.save()
    time.go(0)

    assert time.seconds() == [5]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"repeat": {"kind": "cron", "expression": "0 0 30 2 *"}}, "never occurs"),
        ({"repeat": {"kind": "cron", "expression": "99 * * * *"}}, "from 0 to 59"),
        ({"repeat": {"kind": "interval", "every": 0, "unit": "days"}}, "not 0"),
    ],
)
def test_a_schedule_that_became_invalid_is_parked_with_its_error(
    enable, time, at, broken, sentence
):
    version = enable(starts_at=at(5), repeat=5)
    healthy = enable(starts_at=at(5), repeat=5)
    stored = {**version.trigger_config, **broken}
    type(version).objects.filter(pk=version.pk).update(trigger_config=stored)

    time.go(12)

    assert sentence in version.schedules.get().error
    assert time.seconds(version=healthy) == [5, 10]


def test_several_schedules_of_a_moment_fire_together(enable, time, at):
    versions = [enable(starts_at=at(5)) for _ in range(5)]

    time.go(5)

    assert [time.seconds(version=each) for each in versions] == [[5]] * 5
