"""Real schedulers: to the second, and each moment once."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.processes.waiting import eventually

pytestmark = pytest.mark.processes

EVERY_SECOND = {
    "starts_at": {"$datetime": "2026-01-01T00:00:00+00:00"},
    "repeat": {"kind": "cron", "expression": "* * * * * *"},
}


def test_two_schedulers_fire_each_second_once(site, start_cluster):
    site.prepare([{"key": "one", "type": "stiff"}], schedule=EVERY_SECOND)
    for scheduler in [site.spawn("runscheduler"), site.spawn("runscheduler")]:
        scheduler.says("The scheduler is running.")
    start_cluster(site, "--no-scheduler")

    eventually(lambda: site.statuses().get("succeeded", 0) >= 6, "it ran six times")

    moments = planned(site)
    seconds = [later - moment for moment, later in pairwise(moments)]
    assert set(seconds) == {timedelta(seconds=1)}


def planned(site):
    """List the moments of the executions."""
    rows = site.place.rows(
        "SELECT planned_at FROM workflows_execution "
        "WHERE status <> 'missed' ORDER BY planned_at"
    )
    return [
        datetime.fromisoformat(value) if isinstance(value, str) else value
        for (value,) in rows
    ]
