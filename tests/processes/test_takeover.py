"""How soon the work of a killed process goes on elsewhere."""

import os
import signal
from statistics import median
from time import monotonic

import pytest

from tests.processes.waiting import eventually

pytestmark = pytest.mark.processes

everywhere = pytest.mark.parametrize(
    "site", ["sqlite", "postgresql", "mariadb"], indirect=True
)

#: A node that lasts longer than the test, unless it is begun again.
LONG = [{"key": "long", "type": "slow_once", "config": {"seconds": 60}}]
KILLS = 7


def takeover(site):
    """Start an execution, kill its worker, and measure until another begins it."""
    known = len(site.journal())
    site.prepare(LONG, starts=1)
    eventually(lambda: len(site.journal()) > known, "the node had begun")
    [(execution, _, pid)] = site.journal()[known:]
    eventually(lambda: has_lock(site, pid), "its worker had its lock")

    killed_at = monotonic()
    os.kill(int(pid), signal.SIGKILL)

    eventually(lambda: begins(site, execution) == 2, "another began it", 40)
    return monotonic() - killed_at


def begins(site, execution):
    return [line[0] for line in site.journal()].count(execution)


def has_lock(site, pid):
    sql = "SELECT pid FROM workflows_worker WHERE has_lock"
    return (int(pid),) in [tuple(row) for row in site.place.rows(sql)]


@everywhere
def test_a_killed_worker_is_replaced_within_a_moment(site, start_cluster, capsys):
    site.configure(WORKERS="3")
    start_cluster(site, workers=3)

    times = sorted(takeover(site) for _ in range(KILLS))

    shown = " ".join(f"{each:.3f}" for each in times)
    with capsys.disabled():
        print("\nSeconds on", type(site.place).__name__, shown)  # noqa: T201
    assert median(times) < 1
    assert times[-1] < 3
