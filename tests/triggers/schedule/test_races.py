"""Several schedulers and workers at once, on databases that allow it."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from tests.racing import cannot_race, race
from triggers.schedule.firing import FireSchedules
from triggers.schedule.pausing import pause
from workflows import services
from workflows.exceptions import TransitionNotAllowed
from workflows.models import Execution, Workflow

pytestmark = pytest.mark.django_db(transaction=True)

SCHEDULERS, WORKERS = 4, 8


@pytest.fixture(autouse=True)
def threads(transactional_db):
    if reason := cannot_race():
        pytest.skip(reason)


def schedulers(now):
    return [lambda: FireSchedules().drain(now)] * SCHEDULERS


def workers(now):
    return [lambda: drain(now)] * WORKERS


def versions(enable, count, **config):
    return [enable(node("echo", 1), starts_at=NOW, **config) for _ in range(count)]


def test_every_moment_starts_one_execution(enable):
    versions(enable, 10, repeat=1)

    for second in range(1, 6):
        now = NOW + timedelta(seconds=second)
        race(*schedulers(now), *workers(now))

    planned = Execution.objects.values_list("version", "planned_at")
    assert Counter(planned).total() == len(set(planned)) == 50


def test_a_limit_holds_with_schedulers_and_workers_racing(enable):
    [version] = versions(enable, 1, repeat=1, max_runs=7, misfire="all")
    others = [services.copy_as_new(version) for _ in range(3)]
    for other in others:
        services.enable(other, NOW)

    for second in range(1, 15):
        now = NOW + timedelta(seconds=second)
        race(*schedulers(now), *workers(now))

    counts = Counter(Execution.objects.values_list("workflow", flat=True))
    assert set(counts.values()) == {7}
    assert set(Workflow.objects.values_list("run_count", flat=True)) == {7}


def test_a_limit_over_many_records_holds(enable, settings, make_users):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"], "SCHEDULE_BATCH": 3}
    make_users(40, date_joined=NOW + timedelta(seconds=5))
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    enable(**fields, max_runs=13)
    FireSchedules().drain(NOW)

    race(*schedulers(NOW + timedelta(seconds=5)))

    assert Execution.objects.count() == Workflow.objects.get().run_count == 13


def test_workers_run_each_execution_once(enable):
    versions(enable, 60, repeat=5)
    now = NOW + timedelta(seconds=5)
    FireSchedules().drain(now)

    race(*workers(now))

    ended = Execution.objects.filter(status="succeeded")
    assert ended.count() == 60
    assert all(execution.jobs.count() == 1 for execution in ended)


def test_after_disabling_nothing_fires(enable):
    enabled = versions(enable, 5, repeat=1)
    now = NOW + timedelta(seconds=1)
    disabling = [lambda version=each: services.disable(version) for each in enabled]
    race(*schedulers(now), *disabling)
    before = Execution.objects.count()

    race(*schedulers(NOW + timedelta(seconds=30)))

    assert Execution.objects.count() == before


def test_enabling_two_versions_at_once_leaves_one_enabled(make_version):
    first = make_version()
    drafts = [services.copy_as_version(first) for _ in range(4)]

    race(*[lambda version=each: services.enable(version, NOW) for each in drafts])

    assert first.workflow.versions.enabled().count() == 1
    assert first.workflow.versions.current().count() == 1


def test_copying_at_once_gives_each_copy_its_number(make_version):
    first = make_version()

    race(*[lambda: services.copy_as_version(first)] * 4)

    numbers = first.workflow.versions.values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5]


def test_a_skipping_workflow_starts_one_of_many_events(make_version):
    version = make_version(node("pause"), options={"concurrency": "skip"})

    def start(number):
        event = services.Event(
            version.workflow_id, version.pk, str(number), {"date": NOW}
        )
        return services.start(event, NOW)

    started = race(*[lambda number=n: start(number) for n in range(6)])

    assert sum(execution is not None for execution in started) == 1
    assert Execution.objects.filter(status="rejected").count() == 5


def test_restarts_and_cancellations_do_not_wait_for_each_other(make_version):
    version = make_version(node("pause"), options={"concurrency": "restart"})

    def start(number):
        event = services.Event(
            version.workflow_id, version.pk, str(number), {"date": NOW}
        )
        return services.start(event, NOW)

    def cancel():
        for execution in Execution.objects.unfinished():
            with suppress(TransitionNotAllowed):
                services.cancel(execution, NOW)

    for round_ in range(10):
        starts = [
            lambda number=n: start(number) for n in range(round_ * 3, round_ * 3 + 3)
        ]
        race(*starts, cancel, cancel)

    assert Execution.objects.count() == 30
    assert Execution.objects.unfinished().count() <= 1


def test_pausing_at_once_pauses_once():
    assert sorted(race(*[lambda: pause(NOW)] * 4)) == [False, False, False, True]
