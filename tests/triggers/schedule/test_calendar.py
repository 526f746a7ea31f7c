"""What a calendar shows of the future."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.conftest import NOW
from triggers.models import Schedule
from triggers.schedule import calendar as module
from triggers.schedule.calendar import calendar_data
from workflows import services
from workflows.contracts import CalendarQuery

EACH = 500


@pytest.fixture
def calendar(db):
    """List what is planned between two moments: seconds from the beginning."""

    def calendar(since=0, until=60, *between, now=NOW, most=1000, **more):
        places = sorted((since, until, *between))
        edges = [NOW + timedelta(seconds=each) for each in places]
        amounts = {"each": EACH, "counted": EACH + 1, **more}
        return calendar_data(CalendarQuery(edges, now, most, **amounts))

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

    assert len(planned.runs) == EACH + 1
    assert seconds(planned)[-1] == 3000
    assert [crowd.exact for crowd in planned.crowds] == [False]


def test_a_crowd_is_counted_slot_by_slot(enable, calendar, at):
    version = enable(starts_at=at(0), repeat=10, ends_at=at(190))

    planned = calendar(0, 240, 60, 120, each=2, counted=4)

    assert seconds(planned) == [10, 20, 60, 70, 120, 130]
    crowds = [(each.slot, each.count, each.exact) for each in planned.crowds]
    assert crowds == [(0, 4, False), (1, 4, False), (2, 4, False)]
    assert {each.version_id for each in planned.crowds} == {version.pk}


def test_a_crowd_that_fits_is_exact(enable, calendar, at):
    enable(starts_at=at(0), repeat=10)

    [first, _second] = calendar(0, 120, 60, each=2, counted=7).crowds

    assert (first.count, first.exact, first.words) == (5, True, "every 10 seconds")
    assert (first.first, first.last) == (at(10), at(50))


def test_edge_belongs_to_the_slot_that_it_begins(enable, calendar, at):
    enable(starts_at=at(60))

    [crowd] = calendar(0, 120, 60, each=0).crowds

    assert crowd.slot == 1


def test_limit_ends_a_crowd(enable, calendar, at):
    enable(starts_at=at(0), repeat=10, max_runs=8)

    crowds = calendar(0, 180, 60, 120, each=0).crowds

    assert [each.count for each in crowds] == [5, 3]


def test_only_some_workflows_are_asked_for(enable, calendar, at):
    version = enable(starts_at=at(5))
    enable(starts_at=at(7))

    assert seconds(calendar(workflows={version.workflow_id})) == [5]
    assert seconds(calendar(workflows=set())) == []


def test_work_is_bounded(enable, calendar, at, monkeypatch):
    monkeypatch.setattr(module, "WORK", 3)
    enable(starts_at=at(1), repeat=10)
    enable(starts_at=at(59))

    planned = calendar()

    assert seconds(planned) == [1, 11, 21, 31, 41, 51]
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
