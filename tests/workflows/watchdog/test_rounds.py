"""A round looks, stands in for schedulers, and leaves a row."""

import signal
from datetime import UTC, datetime

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from tests.conftest import NOW
from tests.nodes import node
from tests.workflows.watchdog.conftest import MINUTE, SECOND
from triggers.models import Schedule
from workflows import services
from workflows.management.commands import watchdog
from workflows.models import Execution, HealthCheck, Worker
from workflows.pollers import WakeDue
from workflows.watchdog import watch

NIGHT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


@pytest.fixture
def lost(make_version):
    """Start an execution whose wake-up gets lost."""
    execution = services.run_manually(make_version(node("echo")), {}, NOW)
    OrmQ.objects.all().delete()
    return execution


def test_a_round_leaves_a_row(alive, lost):
    alive(NOW + 5 * SECOND)
    watch(NOW + 5 * SECOND)

    row = HealthCheck.objects.get()
    assert (row.findings, row.workers, row.schedulers) == ([], 1, 1)
    assert (row.runnable, row.oldest, row.messages) == (1, 5.0, 0)


def test_a_lost_wake_up_is_sent_again(alive, lost):
    alive()
    watch(NOW + 5 * SECOND)

    assert OrmQ.objects.count() == 1


def test_executions_of_the_dead_go_to_others(db, lost):
    dead = Worker.objects.create(
        kind="worker", pid=1, started_at=NOW, lease_until=NOW + SECOND
    )
    Execution.objects.update(status="running", owner=dead.pk, due_at=None)
    watch(NOW + MINUTE)

    lost.refresh_from_db()
    assert (lost.status, lost.owner) == ("queued", None)


@pytest.fixture
def due(make_version):
    config = {"starts_at": NOW, "zone": "UTC"}
    return services.enable(make_version(node("echo"), config=config), NOW - MINUTE)


def test_schedules_fire_although_no_scheduler_lives(due):
    watch(NOW + SECOND)

    assert Execution.objects.get().planned_at == NOW


def test_schedules_are_left_to_schedulers_that_live(due, alive):
    alive()
    watch(NOW + SECOND)

    assert Schedule.objects.get().next_run_at == NOW


def test_a_poller_that_fails_stops_no_round(alive, monkeypatch, caplog):
    def poll(self, now):
        raise RuntimeError("Broken.")

    monkeypatch.setattr(WakeDue, "poll", poll)
    alive()

    assert watch(NOW) == []
    assert "Standing in for a scheduler failed: RuntimeError: Broken." in caplog.text


def test_history_is_pruned_at_night_only(alive, lost):
    Execution.objects.update(
        status="succeeded", created_at=datetime(2026, 1, 1, tzinfo=UTC),
        finished_at=datetime(2026, 1, 1, tzinfo=UTC), due_at=None,
    )  # fmt: skip
    alive()
    watch(NOW)
    assert Execution.objects.count() == 1

    watch(NIGHT)
    assert Execution.objects.count() == 0


def test_a_bad_retention_is_said_and_stops_no_round(alive, settings, caplog):
    settings.WORKFLOWS = {"RETENTION": {"running": 3}}
    watch(NIGHT)

    assert "History could not be pruned" in caplog.text
    assert HealthCheck.objects.count() == 1


def test_the_command_does_a_round_and_ends_its_alarm(db, capsys):
    call_command("watchdog", verbosity=2)

    assert "No worker is alive" in capsys.readouterr().out
    assert signal.alarm(0) == 0


def test_a_database_that_fails_is_said_in_a_sentence(db, monkeypatch):
    def refuse(now):
        raise OperationalError("gone fishing")

    monkeypatch.setattr(watchdog, "watch", refuse)

    with pytest.raises(CommandError, match="does not answer, so that nobody is told"):
        call_command("watchdog")


def test_cron_has_one_line_which_calls_the_command(db):
    [(when, path, arguments)] = project.CRONJOBS

    import_string(path)(*arguments)

    assert when == "* * * * *"
    assert HealthCheck.objects.count() == 1
