"""Only processes that have registered themselves, and still are the same, are ended."""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.conftest import NOW
from tests.workflows.watchdog.conftest import LEASE, MINUTE
from workflows.engine import host
from workflows.models import Incident, Restart, Worker
from workflows.watchdog.restarting import restart

#: Says that it is up, and outlives a polite signal if asked to.
CLUSTER = """
import signal, sys
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
signal.pause()
"""


@pytest.fixture
def spawn():
    """Start a process with these arguments, and wait until it is up."""
    started = []

    def spawn(*arguments):
        command = [sys.executable, "-c", CLUSTER, *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return process

    yield spawn
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def registered(process, **values):
    """Register a process as it would do it itself."""
    began = psutil.Process(process.pid).create_time()
    moment = NOW.fromtimestamp(began, NOW.tzinfo)
    facts = {"kind": "worker", "host": host(), "started_at": moment, **values}
    return Worker.objects.create(pid=process.pid, lease_until=NOW + LEASE, **facts)


@pytest.fixture
def stalled(db):
    return Incident.objects.create(
        kind="stalled", first_seen_at=NOW, last_seen_at=NOW, confirmed_at=NOW,
        patience=5 * MINUTE, lasting=True,
    )  # fmt: skip


def test_a_cluster_that_stalls_is_asked_to_stop(stalled, spawn):
    process = spawn("runcluster")
    registered(process)

    [sent] = restart([stalled], NOW)

    assert (sent.pid, sent.signal) == (process.pid, "SIGTERM")
    assert process.wait(5) == -signal.SIGTERM


def test_one_that_does_not_stop_is_killed_a_round_later(stalled, spawn):
    process = spawn("runcluster", "stubborn")
    registered(process)
    restart([stalled], NOW)

    assert restart([stalled], NOW + MINUTE / 2) == []
    [sent] = restart([stalled], NOW + MINUTE)

    assert sent.signal == "SIGKILL"
    assert process.wait(5) == -signal.SIGKILL


def test_a_suspect_is_remembered_and_found_when_its_row_is_gone(stalled, spawn):
    process = spawn("runcluster")
    registered(process)
    stalled.confirmed_at = None
    assert restart([stalled], NOW) == []
    assert process.poll() is None
    Worker.objects.all().delete()
    stalled.confirmed_at = NOW

    [sent] = restart([stalled], NOW + MINUTE)

    assert (sent.pid, sent.signal) == (process.pid, "SIGTERM")


def test_nothing_is_ended_twice_in_one_incident(stalled, spawn):
    registered(spawn("runcluster"))
    restart([stalled], NOW)
    again = spawn("runcluster")
    registered(again)

    for minute in range(1, 5):
        assert restart([stalled], NOW + minute * MINUTE) == []
    assert again.poll() is None


def test_of_two_watchdogs_on_a_machine_one_sends_the_signal(stalled, spawn):
    process = spawn("runcluster", "stubborn")
    registered(process)
    Restart.objects.create(
        incident=stalled, host="elsewhere", pid=process.pid, began=1.0,
        signal="SIGTERM", sent_at=NOW,
    )  # fmt: skip

    assert len(restart([stalled], NOW)) == 1
    assert restart([stalled], NOW) == []


def test_a_pid_that_has_become_anothers_is_left_alone(stalled, spawn):
    process = spawn("runcluster")
    registered(process, started_at=NOW.replace(year=2020))

    assert restart([stalled], NOW) == []
    assert process.poll() is None


@pytest.mark.parametrize("values", [{"host": "elsewhere"}, {"kind": "scheduler"}])
def test_other_machines_and_kinds_are_left_alone(stalled, spawn, values):
    process = spawn("runcluster")
    registered(process, **values)

    assert restart([stalled], NOW) == []
    assert process.poll() is None


def test_other_programs_are_left_alone(stalled, spawn):
    process = spawn("gunicorn")
    registered(process)

    assert restart([stalled], NOW) == []
    assert process.poll() is None


def test_a_process_that_is_gone_is_passed_over(stalled, spawn):
    process = spawn("runcluster")
    registered(process)
    process.kill()
    process.wait()

    assert restart([stalled], NOW) == []


def test_other_incidents_end_nothing(stalled, spawn):
    process = spawn("runcluster")
    registered(process)
    stalled.kind = "behind"

    assert restart([stalled], NOW) == []
    assert process.poll() is None
