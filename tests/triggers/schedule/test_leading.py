"""Executions inserted ahead of their moment: in time, counted once, or gone."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from triggers.schedule.leading import InsertAhead
from triggers.schedule.pausing import pause, resume
from workflows import services
from workflows.exceptions import VersionFrozen
from workflows.models import Execution, Workflow

T = 10


@pytest.fixture
def version(enable, at):
    return enable(node("echo", 1), starts_at=at(T), repeat=60)


def insert(at, seconds=T - 3):
    return InsertAhead().poll(at(seconds))


def fire(at, seconds):
    return FireSchedules().drain(at(seconds))


def statuses():
    return list(
        Execution.objects.order_by("planned_at").values_list("status", flat=True)
    )


def counted():
    return Workflow.objects.get().run_count


def test_it_is_inserted_a_few_seconds_before_and_not_counted(version, at):
    assert insert(at, T - 6) == 0
    assert insert(at, T - 5) == 1

    execution = Execution.objects.get()
    assert (execution.ahead, execution.due_at) == (True, at(T))
    assert counted() == 0


def test_it_is_inserted_once(version, at):
    assert [insert(at), insert(at)] == [1, 0]
    assert Execution.objects.count() == 1


def test_no_worker_takes_it_before_its_moment(version, at):
    insert(at)

    assert drain(at(T) - timedelta(milliseconds=1)) == 0
    assert drain(at(T)) == 1


def test_it_runs_at_its_moment_without_being_fired(version, at):
    insert(at)
    drain(at(T))

    assert Execution.objects.get().started_at == at(T)
    assert fire(at, T) == 0


def test_its_schedule_is_settled_soon_after_and_counts_it_once(version, at):
    insert(at)
    drain(at(T))

    assert fire(at, T + 1) == 1
    assert (counted(), Execution.objects.get().ahead) == (1, None)
    assert Schedule.objects.get().next_run_at == at(T + 60)
    assert FireSchedules().due(at(T + 1)) == at(T + 60)


def test_the_poller_says_when_it_is_needed(version, at):
    assert InsertAhead().due(NOW) == at(T - 5)
    insert(at)
    assert InsertAhead().due(at(T - 2)) is None
    assert FireSchedules().due(at(T - 2)) == at(T) + timedelta(seconds=0.5)


def test_disabling_takes_it_back_uncounted(version, at):
    insert(at)
    services.disable(version)

    drain(at(T))

    assert (statuses(), counted()) == ([], 0)


def test_disabling_counts_what_has_begun(version, at):
    insert(at)
    drain(at(T))
    services.disable(version)

    assert (statuses(), counted()) == (["succeeded"], 1)


def test_a_pause_takes_it_back_and_the_moment_is_missed(version, at, time):
    insert(at)
    pause(at(T - 1))
    drain(at(T))
    time.now = at(T + 61)
    resume(time.now)
    time.go(10)

    assert statuses()[0] == "missed"


def test_a_schedule_inserted_during_a_pause_is_taken_back(version, at):
    pause(at(T - 4))
    Schedule.objects.update(ahead=None)
    insert(at)

    assert statuses() == []


def test_other_options_take_it_back(version, at):
    insert(at)
    services.change_options(version, {"concurrency": "skip"}, at(T - 1))

    assert statuses() == []
    insert(at, T - 1)
    assert Schedule.objects.get().ahead == 0


def test_a_version_that_has_begun_is_frozen_before_it_is_counted(version, at):
    insert(at)
    drain(at(T))

    with pytest.raises(VersionFrozen):
        services.change_definition(version, version.definition)


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({"max_runs": 5}, {}),
        ({"misfire_grace": 10}, {}),
        ({}, {"concurrency": "queue"}),
        ({}, {"concurrency": "skip"}),
    ],
)
def test_what_may_be_refused_waits_for_its_moment(enable, at, config, options):
    version = enable(starts_at=at(T), repeat=60, **config)
    services.change_options(version, options, NOW)

    assert insert(at) == 1
    assert (statuses(), Schedule.objects.get().ahead) == ([], 0)
    assert FireSchedules().due(at(T - 1)) == at(T)


def test_left_alone_too_long_it_is_not_taken_but_missed(version, at):
    insert(at)

    assert drain(at(T + 11)) == 0
    fire(at, T + 100)
    drain(at(T + 100))

    assert statuses() == ["missed", "succeeded"]
    assert counted() == 1


def test_within_the_grace_a_late_scheduler_starts_it(version, at):
    insert(at)

    fire(at, T + 30)
    drain(at(T + 30))

    assert (statuses(), counted()) == (["succeeded"], 1)


def test_one_that_ran_is_not_missed_although_it_is_settled_late(version, at):
    insert(at)
    drain(at(T))

    fire(at, T + 100)
    drain(at(T + 100))

    assert (statuses(), counted()) == (["succeeded", "succeeded"], 2)


def test_one_that_was_cancelled_before_its_moment_does_not_run(version, at):
    insert(at)
    services.cancel(Execution.objects.get(), at(T - 1))

    drain(at(T))
    fire(at, T + 1)

    assert (statuses(), counted()) == (["cancelled"], 1)


def test_a_broken_schedule_is_parked_at_its_moment(version, at):
    broken = {**version.trigger_config, "zone": "Mars/Olympus"}
    type(version).objects.update(trigger_config=broken)

    insert(at)
    fire(at, T)

    assert "Mars/Olympus" in Schedule.objects.get().error


def test_what_was_not_inserted_is_fired_before_what_was(version, enable, at):
    insert(at)
    late = enable(starts_at=at(T), repeat=60, max_runs=5)

    assert FireSchedules().poll(at(T + 1)) == 1
    assert Execution.objects.get(version=late).ahead is None
    assert Execution.objects.get(version=version).ahead is True
