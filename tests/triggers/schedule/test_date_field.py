"""A date field of a collection: which records fire, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value

from tests.conftest import NOW
from tests.nodes import node
from tests.triggers.schedule.conftest import rows
from triggers.models import Schedule
from workflows import services
from workflows.models import Execution

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def collections(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user", "auth.group"]}


@pytest.fixture
def clock(time, monkeypatch):
    """Let signals see the virtual time."""
    monkeypatch.setattr("workflows.clock.now", lambda: time.now)


@pytest.fixture
def watch(enable):
    """Enable a workflow on the join date of users."""

    def watch(*nodes, offset=0, unit="seconds", **config):
        fields = {"mode": "field", "collection": "auth.user"}
        start = {"start_field": "date_joined", "start_offset": offset}
        return enable(*nodes, **fields, **start, start_unit=unit, **config)

    return watch


@pytest.fixture
def join(at):
    """Create a user who joins so many seconds from the beginning."""

    def join(seconds, name="ann", **values):
        return User.objects.create(username=name, date_joined=at(seconds), **values)

    return join


#: The date of the record, offset, repetition, what fires in twenty seconds.
CASES = [
    (0, 0, None, [0]),
    (-1, 0, None, []),
    (3, -2, None, [1]),
    (3, 4, None, [7]),
    (0, 0, 5, [0, 5, 10, 15, 20]),
    (-10, 0, 4, [2, 6, 10, 14, 18]),
    (1, 0, "*/4 * * * * *", [4, 8, 12, 16, 20]),
    (300, 0, None, []),
]


@pytest.mark.parametrize(("date", "offset", "repeat", "fires"), CASES)
def test_a_saved_record_fires_when_it_should(
    watch, time, join, date, offset, repeat, fires
):
    watch(offset=offset, repeat=repeat)
    time.go(0)

    join(date)
    time.go(20)

    assert time.seconds() == fires


@pytest.mark.parametrize(("date", "offset", "repeat", "fires"), CASES)
def test_a_record_from_before_fires_when_it_should(
    watch, time, join, date, offset, repeat, fires
):
    join(date)

    watch(offset=offset, repeat=repeat)
    time.go(20)

    assert time.seconds() == fires


def test_the_event_key_names_the_record(watch, time, join):
    version = watch(offset=5)
    user = join(0)

    time.go(10)

    key = f"{version.pk}:{user.pk}@2026-11-22T09:00:05+00:00"
    assert Execution.objects.get().event_key == key


def test_the_context_has_the_record_and_the_date(watch, time, join, at):
    watch(node("echo", ["{{ trigger.data.username }}", "{{ trigger.date }}"]), offset=5)
    join(0)

    time.go(10)

    assert Execution.objects.get().jobs.get().result == ["ann", at(5)]


def test_the_context_has_preloaded_relations(watch, time, join):
    watch(node("echo", "{{ trigger.data.groups }}"), preload=["groups"])
    join(5).groups.create(name="staff")

    time.go(10)

    assert Execution.objects.get().jobs.get().result[0]["name"] == "staff"


def test_the_record_is_read_at_the_moment_of_firing(watch, time, join):
    watch(node("echo", "{{ trigger.data.username }}"), offset=5)
    join(0)
    User.objects.update(username="bob")

    time.go(10)

    assert Execution.objects.get().jobs.get().result == "bob"


def test_a_deleted_record_does_not_fire(watch, time, join):
    watch(offset=5)
    join(0).delete()

    time.go(10)

    assert time.seconds() == []


def test_a_record_deleted_by_sql_does_not_fire(watch, time, join):
    watch(offset=5)
    user = join(0)
    User.objects.filter(pk=user.pk)._raw_delete("default")

    time.go(10)

    assert time.seconds() == []
    assert Schedule.objects.filter(kind="record").count() == 0


def test_a_record_that_moves_fires_at_the_new_time_only(watch, time, join, at):
    watch()
    user = join(5)
    time.go(2)

    user.date_joined = at(9)
    user.save()
    time.go(20)

    assert time.seconds() == [9]


def test_a_record_moved_by_update_fires_at_the_new_time_only(watch, time, join, at):
    watch()
    join(5)
    time.go(2)

    User.objects.update(date_joined=at(40))
    time.go(60)

    assert time.seconds() == [40]


def test_a_record_moved_into_the_past_does_not_fire(watch, time, join, at):
    watch()
    user = join(9)
    time.go(5)

    user.date_joined = at(3)
    user.save()
    time.go(30)

    assert time.seconds() == []


def test_a_record_moved_after_it_fired_fires_again(watch, time, join, at):
    watch()
    user = join(2)
    time.go(5)

    user.date_joined = at(9)
    user.save()
    time.go(30)

    assert time.seconds() == [2, 9]


def test_records_created_in_bulk_are_found_by_the_search(watch, time, at):
    watch()
    time.go(1)

    names = [User(username=f"u{n}", date_joined=at(40 + n)) for n in range(3)]
    User.objects.bulk_create(names)
    time.go(60)

    assert time.seconds() == [40, 41, 42]


def test_a_record_whose_moment_passed_between_two_searches_fires_late(watch, time, at):
    watch()
    time.go(1)

    User.objects.bulk_create([User(username="u", date_joined=at(4))])
    time.go(30)

    assert time.seconds() == [4]


def test_a_repeating_record_created_in_bulk_is_found_after_its_start(watch, time, at):
    watch(repeat=60)
    time.go(30)

    User.objects.bulk_create([User(username="u", date_joined=at(-3600))])
    time.go(100)

    assert time.seconds() == [60, 120]


def test_a_search_does_not_fire_what_has_fired(watch, time, join):
    watch()
    join(2)

    time.go(600)

    assert time.seconds() == [2]


def test_a_record_far_away_waits_for_its_search(watch, time, join):
    watch()
    join(1000)
    assert Schedule.objects.filter(kind="record").count() == 0

    time.go(1100)

    assert time.seconds() == [1000]


def test_moments_before_the_version_was_enabled_do_not_count(watch, time, join):
    join(-30)

    watch()
    time.go(100)

    assert (time.seconds(), time.missed()) == ([], [])


def test_moments_missed_in_a_downtime_are_noted(watch, time, join):
    join(400, "ann")
    join(700, "bob")
    watch()
    time.go(1)

    time.jump(740)

    assert (time.seconds(), time.missed()) == ([700], [400])


def test_a_rolled_back_save_leaves_nothing(watch, time, join):
    watch()
    time.go(1)

    with transaction.atomic():
        join(5)
        transaction.set_rollback(True)
    time.go(30)

    assert time.seconds() == []


def test_a_disabled_version_fires_no_more(watch, time, join):
    version = watch()
    join(5)

    services.disable(version)
    time.go(30)

    assert (time.seconds(), rows()) == ([], [])


def test_a_number_of_runs_counts_all_records(watch, time, join):
    watch(max_runs=2)
    for number in range(4):
        join(5, f"u{number}")

    time.go(30)

    assert time.seconds() == [5, 5]


def test_an_empty_date_never_fires(enable, time):
    fields = {"mode": "field", "collection": "auth.user"}
    enable(**fields, start_field="last_login")
    User.objects.create(username="ann", last_login=None)

    time.go(30)

    assert time.seconds() == []


def test_an_end_by_another_field_ends_it(watch, time, join, at):
    watch(repeat=5, end_field="last_login", end_offset=2, end_unit="seconds")
    join(0, last_login=at(9))

    time.go(30)

    assert time.seconds() == [0, 5, 10]


def test_an_empty_end_field_is_no_end(watch, time, join):
    watch(repeat=5, end_field="last_login")
    join(0)

    time.go(12)

    assert time.seconds() == [0, 5, 10]


def test_a_model_outside_the_allow_list_parks_the_schedule(watch, time, settings):
    version = watch()
    settings.WORKFLOWS = {"COLLECTIONS": []}

    time.go(30)

    assert "may not touch 'auth.user'" in version.schedules.get().error


def test_a_field_that_was_removed_parks_the_schedule(watch, time):
    version = watch()
    stored = {**version.trigger_config, "start_field": "removed"}
    type(version).objects.update(trigger_config=stored)

    time.go(30)

    assert "'auth.user' has no field 'removed'" in version.schedules.get().error


def test_saving_goes_on_when_a_schedule_is_broken(watch, join):
    version = watch()
    type(version).objects.update(trigger_config={"zone": "Mars/Olympus"})

    assert join(5).pk


def test_more_records_than_a_search_takes_are_all_found(watch, time, at, monkeypatch):
    monkeypatch.setattr("triggers.schedule.searching.CHUNK", 3)
    users = [User(username=f"u{n}", date_joined=at(40 + n // 5)) for n in range(10)]
    User.objects.bulk_create(users)

    watch()
    time.go(60)

    assert time.seconds() == [40] * 5 + [41] * 5


def test_offsets_in_days_work(watch, time, join):
    join(30 - timedelta(days=2).total_seconds())

    watch(offset=2, unit="days")
    time.go(60)

    assert time.seconds() == [30]


def test_the_first_moment_is_never_before_the_beginning(watch, time, join):
    watch(offset=-1, unit="days")
    join(3600)

    time.go(60)

    assert time.seconds() == []
    assert NOW not in Execution.objects.values_list("planned_at", flat=True)


@pytest.mark.parametrize("start", [-3010, -20, 31])
def test_a_start_moved_by_update_is_noticed_by_the_next_search(
    watch, time, join, at, start
):
    watch(repeat=300)
    join(-100)
    time.go(1)

    User.objects.update(date_joined=at(start))
    time.go(600)

    assert time.seconds() == [s for s in range(start, 600, 300) if s > 0]


def test_a_start_moved_from_the_far_future_into_the_past_is_noticed(
    watch, time, join, at
):
    watch(repeat=100)
    join(10**8)
    time.go(20)

    User.objects.update(date_joined=at(-50))
    time.go(200)

    assert time.seconds() == [50, 150]


def test_an_end_moved_by_update_is_noticed_by_the_next_search(watch, time, join, at):
    watch(repeat=30, end_field="last_login")
    join(-5, last_login=at(3))
    time.go(20)

    User.objects.update(last_login=at(70))
    time.go(100)

    assert time.seconds() == [25, 55]


@pytest.fixture
def share_of_two(monkeypatch):
    """Let each search read two records again, and take none for new."""
    monkeypatch.setattr("triggers.schedule.searching.SHARE", 2)
    monkeypatch.setattr("triggers.schedule.searching.LATE_NUMBERS", 0)


def test_a_round_reads_every_record_again(watch, time, at, make_users, share_of_two):
    make_users(5, date_joined=at(-100))
    watch(repeat=3600)
    time.go(1)

    User.objects.update(date_joined=at(-3500))
    time.go(120)

    # Two are read in each search, every 15 seconds: three searches are a round.
    assert time.seconds() == [100] * 5


def test_a_search_reads_a_share_again(watch, time, at, make_users, share_of_two):
    make_users(5, date_joined=at(-100))
    watch(repeat=3600)
    time.go(1)

    User.objects.update(date_joined=at(-3500))
    time.go(30)

    moved = Schedule.objects.filter(kind="record", next_run_at=at(100))
    assert moved.count() == 4


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22T09:00:05Z",
        "2026-11-22 12:00:05+03:00",
        Value(NOW + timedelta(seconds=5)),
    ],
)
def test_a_date_given_as_text_or_expression_is_understood(watch, time, written):
    watch()

    User.objects.create(username="ann", date_joined=written)
    time.go(20)

    assert time.seconds() == [5]


def test_a_date_beyond_the_calendar_never_comes(watch, time, join):
    watch(offset=36_500, unit="days")
    user = User(username="ann", date_joined=datetime(9999, 12, 31, tzinfo=UTC))
    user.save()

    time.go(20)

    assert time.seconds() == []
