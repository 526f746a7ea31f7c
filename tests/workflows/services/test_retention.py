"""Old history goes, in chunks of bounded length; nothing else does."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django_q.models import OrmQ, Task

from tests.conftest import NOW
from workflows.cluster.wakeups import LOOK
from workflows.exceptions import RetentionUnknown
from workflows.models import Alert, Execution, HealthCheck, Incident, Job
from workflows.services.retention import Chunks, prune, prune_by
from workflows.states import UNFINISHED

DAY = timedelta(days=1)


@pytest.fixture
def version(make_version):
    return make_version()


@pytest.fixture
def past(version):
    """Make executions that ended so many days ago, with two jobs each."""

    def past(days, status="succeeded", number=1, **values):
        ended = NOW - days * DAY
        facts = {"created_at": ended, "finished_at": ended, "status": status, **values}
        rows = Execution.objects.bulk_create(
            Execution(
                workflow=version.workflow,
                version=version,
                event_key=f"{status}-{days}-{each}",
                **facts,
            )
            for each in range(number)
        )
        Job.objects.bulk_create(
            Job(execution=row, number=each, status="succeeded", started_at=ended)
            for row in rows
            for each in (1, 2)
        )
        return rows

    return past


class Stopwatch:
    """A clock that stands still until somebody moves it."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def __call__(self):
        return self.now

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


def removed(now=NOW, **values):
    return prune(now, pause=lambda seconds: None, **values)


def test_each_status_has_its_age(past, settings):
    settings.WORKFLOWS = {"RETENTION": {"succeeded": 30, "failed": 90}}
    past(31)
    past(29)
    past(91, "failed")
    past(31, "failed")

    removed()

    keys = Execution.objects.values_list("event_key", flat=True)
    assert sorted(keys) == ["failed-31-0", "succeeded-29-0"]
    assert Job.objects.count() == 4


def test_a_status_that_is_not_named_is_kept(past, settings):
    settings.WORKFLOWS = {"RETENTION": {"failed": 1}}
    past(9999)

    assert removed() == 0


@pytest.mark.parametrize("status", sorted(UNFINISHED))
def test_unfinished_executions_stay_whatever_their_age(past, status):
    past(9999, status, finished_at=None)

    assert removed() == 0


def test_the_end_counts_and_not_the_beginning(past):
    past(1, created_at=NOW - 100 * DAY)
    past(40, created_at=NOW - 99 * DAY)

    removed()

    assert [e.event_key for e in Execution.objects.all()] == ["succeeded-1-0"]


def test_counters_do_not_change(past, version):
    version.workflow.run_count = 5
    version.workflow.save()
    past(40, number=5)

    removed()

    version.workflow.refresh_from_db()
    assert version.workflow.run_count == 5


def test_ancestors_that_are_gone_harm_nothing(past, run, version):
    [old] = past(40)
    [child] = past(1, ancestors=[old.pk])

    removed()

    child.refresh_from_db()
    assert child.ancestors == [old.pk]
    assert run(version).status == "succeeded"


def test_many_go_in_chunks(past):
    past(40, number=120)
    stopwatch = Stopwatch()
    chunks = Chunks(stopwatch, stopwatch.pause, until=9.0)

    assert prune_by(chunks, NOW)["succeeded"] == 120
    assert chunks.sizes[:2] == [50, 75]


def test_chunks_shrink_until_they_take_the_wanted_time(db):
    stopwatch = Stopwatch()
    chunks = Chunks(stopwatch, stopwatch.pause, until=1000.0)
    left = [1000]

    def remove(size):
        done = min(size, left[0])
        left[0] -= done
        stopwatch.now += done * 0.004
        return done

    assert chunks.each(remove) == 1000
    assert chunks.sizes[0] == 50
    assert max(chunks.sizes[3:]) * 0.004 <= 0.05


def test_the_rest_is_as_long_as_the_work(db):
    stopwatch, left = Stopwatch(), [2, 1, 0]
    chunks = Chunks(stopwatch, stopwatch.pause, until=9.0)

    def remove(size):
        stopwatch.now += 0.5
        return left.pop(0)

    assert chunks.each(remove) == 3
    assert stopwatch.pauses == [0.5, 0.5]


def test_pruning_ends_when_its_time_is_over(past):
    past(40, number=120)
    stopwatch = Stopwatch()

    def pause(seconds):
        stopwatch.now += 10

    assert prune(NOW, seconds=5, clock=stopwatch, pause=pause) == 50


def test_rows_of_the_watchdog_go_too(db):
    old = {"workers": 0, "schedulers": 0, "runnable": 0}
    HealthCheck.objects.create(checked_at=NOW - 8 * DAY, **old)
    HealthCheck.objects.create(checked_at=NOW - DAY, **old)
    times = {"first_seen_at": NOW, "last_seen_at": NOW, "patience": DAY}
    over = Incident.objects.create(kind="behind", ended_at=NOW - 91 * DAY, **times)
    Alert.objects.create(incident=over, about="incident", channel="mail")
    Incident.objects.create(kind="behind", lasting=True, **times)

    assert removed() == 2
    assert (HealthCheck.objects.count(), Incident.objects.count()) == (1, 1)


def test_what_django_q2_keeps_of_wake_ups_goes_too(db, settings):
    queue = settings.Q_CLUSTER["name"]
    for days in (0.5, 2):
        OrmQ.objects.create(key=queue, payload="x", lock=NOW - days * DAY)
        OrmQ.objects.create(key="another", payload="x", lock=NOW - days * DAY)
    for number, func in enumerate([LOOK, "theirs"]):
        stopped = {"started": NOW - 8 * DAY, "stopped": NOW - 8 * DAY}
        Task.objects.create(id=str(number), name="t", func=func, **stopped)

    assert removed() == 2
    assert OrmQ.objects.count() == 3
    assert Task.objects.get().func == "theirs"


@pytest.mark.parametrize("given", [{"running": 3}, {"gone": 3}, {"failed": -1}])
def test_a_retention_that_makes_no_sense_is_refused(db, settings, given):
    settings.WORKFLOWS = {"RETENTION": given}

    with pytest.raises(RetentionUnknown, match="It takes days, 0 or more, by final"):
        removed()


def test_the_command_says_what_it_removed(past, capsys):
    past(9999, number=3)
    call_command("prune")

    out = capsys.readouterr().out
    assert "succeeded: 3" in out
    assert "Removed 3 rows; the longest chunk took" in out


def test_the_command_refuses_a_bad_setting(db, settings):
    settings.WORKFLOWS = {"RETENTION": {"running": 3}}

    with pytest.raises(CommandError, match="says 'running': '3'"):
        call_command("prune")
