"""What a calendar shows of the future."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.conftest import NOW
from triggers.models import Schedule
from triggers.schedule.calendar import EACH, calendar_data
from workflows import services


@pytest.fixture
def calendar(db):
    """List what is planned between two moments: seconds from the beginning."""

    def calendar(since=0, until=60, now=NOW, most=1000):
        start, end = NOW + timedelta(seconds=since), NOW + timedelta(seconds=until)
        return calendar_data(start, end, now, most)

    return calendar


def seconds(calendar):
    return [int((each.run.moment - NOW).total_seconds()) for each in calendar.runs]


def test_all_enabled_schedules_are_merged(enable, calendar, at):
    enable(starts_at=at(30))
    enable(repeat="*/20 * * * * *")

    assert seconds(calendar()) == [20, 30, 40, 60]


def test_disabled_schedules_plan_nothing(enable, calendar, at):
    services.disable(enable(starts_at=at(30)))

    assert seconds(calendar()) == []


def test_only_the_range_is_given(enable, calendar, at):
    enable(starts_at=at(0), repeat=10)

    assert seconds(calendar(20, 40)) == [20, 30, 40]


def test_calendar_shows_what_fires(enable, calendar, time, at):
    enable(starts_at=at(0), repeat=7, ends_at=at(50))
    enable(repeat="*/9 * * * * *", max_runs=3)
    planned = seconds(calendar())

    time.go(60)

    assert time.seconds() == planned


def test_what_has_fired_is_not_planned(enable, calendar, time, at):
    enable(starts_at=at(0), repeat=10)
    time.go(25)

    assert seconds(calendar(now=time.now)) == [30, 40, 50, 60]


def test_one_schedule_cannot_fill_it_all(enable, calendar, at):
    enable(repeat="* * * * * *")
    enable(starts_at=at(3000))

    planned = calendar(0, 3600, most=10_000)

    assert len(planned.runs) == EACH + 2
    assert seconds(planned)[-1] == 3000
    assert planned.complete is False


def test_answer_is_bounded(enable, calendar):
    enable(repeat="* * * * * *")

    planned = calendar(most=5)

    assert seconds(planned) == [1, 2, 3, 4, 5]
    assert planned.complete is False


def test_parked_schedules_plan_nothing(enable, calendar, at):
    enable(starts_at=at(30))
    Schedule.objects.update(error="The field is gone.")

    assert seconds(calendar()) == []


def test_records_are_in_it(enable, calendar, at, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"]}
    for number, joined in enumerate((90, 5, -10)):
        User.objects.create(username=str(number), date_joined=at(joined))
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    enable(**fields, start_offset=10, start_unit="seconds")

    [first, second] = calendar().runs

    assert [first.run.moment, second.run.moment] == [at(0), at(15)]
    assert second.run.record == f"user {User.objects.get(username='1').pk}"


def test_removed_field_breaks_no_calendar(enable, calendar, at, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"]}
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    enable(**fields)
    enable(starts_at=at(30))
    settings.WORKFLOWS = {"COLLECTIONS": []}

    assert seconds(calendar()) == [30]
