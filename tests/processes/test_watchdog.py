"""The watchdog and a real cluster: one that hangs as a whole is ended from outside."""

import subprocess
import sys

import pytest

from tests.processes.conftest import ROOT
from tests.processes.waiting import all_gone

pytestmark = pytest.mark.processes

ROUND = """
import sys
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from workflows.watchdog import watch
now = timezone.now() + timedelta(minutes=int(sys.argv[1]))
print([str(finding.kind) for finding in watch(now)])
"""


def look(site, minutes):
    """Do a round as if so many minutes had passed."""
    answer = subprocess.run(
        [sys.executable, "-c", ROUND, str(minutes)],
        env=site.variables, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return answer.stdout.strip()


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_a_frozen_cluster_is_killed_with_all_its_processes(site, start_cluster):
    site.configure(WATCHDOG_RESTARTS="1")
    cluster = start_cluster(site)
    everybody = cluster.family()
    for process in everybody:
        process.suspend()

    seen = [look(site, minutes) for minutes in (1, 2, 3)]

    assert seen == ["['no_worker', 'no_scheduler']"] * 3
    assert cluster.ends(5) == -9
    assert all_gone(everybody)


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_a_cluster_that_works_is_left_alone(site, start_cluster):
    site.configure(WATCHDOG_RESTARTS="1")
    cluster = start_cluster(site)

    assert [look(site, 0), look(site, 0)] == ["[]", "[]"]
    assert cluster.process.poll() is None
