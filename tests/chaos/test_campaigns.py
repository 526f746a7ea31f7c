"""Short campaigns: faults at random moments on every database and every broker.

CHAOS_SEED repeats one; without it each run has dice of its own, and says which.
"""

import os
import random

import pytest

from tests.chaos.campaign import Campaign, Plan

pytestmark = [pytest.mark.chaos, pytest.mark.processes]

PLACES = [
    ("postgresql", "wakeup"),
    ("postgresql", "orm"),
    ("postgresql", "redis"),
    ("mariadb", "wakeup"),
    ("sqlite", "wakeup"),
]


@pytest.mark.parametrize(("database", "broker"), PLACES)
def test_whatever_happens_nothing_is_lost(make_site, database, broker):
    # The plug-in that shuffles tests sets the seed of the common dice.
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - shown with a failure

    report = Campaign(make_site(database, broker), Plan(seed)).run()

    assert not report.faults, f"CHAOS_SEED={seed}: {report.struck}"
    assert len(report.struck) >= 6
    assert report.executions > 50
