"""Runs that are asked for afterwards."""

import pytest
from django.contrib.auth.models import User

from triggers.schedule.backfill import run_missed
from workflows.models import Execution


@pytest.fixture
def missed(enable, time, at):
    """Enable a schedule of every minute and miss four of its moments."""
    version = enable(starts_at=at(0), repeat=60)
    time.jump(310)
    return version


def test_missed_moments_run_when_they_are_asked_for(missed, time, at):
    assert run_missed(missed, at(1), at(300), time.now) == 4

    assert time.seconds() == [60, 120, 180, 240, 300]


def test_only_the_asked_for_range_runs(missed, time, at):
    run_missed(missed, at(120), at(180), time.now)

    assert time.seconds() == [120, 180, 300]


def test_asking_twice_runs_once(missed, time, at):
    run_missed(missed, at(1), at(300), time.now)

    assert run_missed(missed, at(1), at(300), time.now) == 0


def test_what_has_run_does_not_run_again(missed, time, at):
    assert run_missed(missed, at(300), at(300), time.now) == 0


def test_the_missed_entries_stay(missed, time, at):
    run_missed(missed, at(0), at(300), time.now)

    assert time.missed() == [60, 120, 180, 240]


def test_the_future_is_not_run(missed, time, at):
    run_missed(missed, at(0), at(9999), time.now)

    assert max(time.seconds()) == 300


def test_a_request_is_bounded(missed, time, at):
    assert run_missed(missed, at(0), at(300), time.now, most=3) == 3


def test_the_limit_of_runs_holds(enable, time, at):
    version = enable(starts_at=at(0), repeat=60, max_runs=3)
    time.jump(310)

    assert run_missed(version, at(0), at(300), time.now) == 2


def test_records_are_run_afterwards_too(enable, time, at, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"]}
    User.objects.create(username="ann", date_joined=at(-500))
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    version = enable(**fields)

    assert run_missed(version, at(-600), at(0), time.now) == 1
    assert Execution.objects.get().context["data"]["username"] == "ann"
