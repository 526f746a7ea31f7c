"""A year of many schedules on a virtual clock, against what the rules say.

A short part runs always; `SIMULATION=long` runs 1,000 workflows over a whole year.
"""

import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from triggers.schedule.config import ScheduleConfig
from triggers.schedule.firing import FireSchedules
from triggers.schedule.leading import InsertAhead
from triggers.schedule.recurrence import first_run, next_run
from workflows import services
from workflows.cluster import muted
from workflows.models import Execution

LONG = os.environ.get("SIMULATION") == "long"
WORKFLOWS, DAYS = (1000, 366) if LONG else (60, 60)
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
]


def rules(chance):
    """Make the rules of one workflow: each kind, none of them too frequent."""
    hour, minute = chance.randrange(24), chance.choice([0, 15, 30, 45])
    return chance.choice(
        [
            {"kind": "interval", "every": chance.randint(1, 4), "unit": "weeks"},
            {"kind": "interval", "every": chance.randint(3, 30), "unit": "days"},
            {"kind": "interval", "every": 1, "unit": "months", "on": {"day": 31}},
            {
                "kind": "interval",
                "every": 1,
                "unit": "months",
                "on": {"last_day": True},
            },
            {"kind": "interval", "every": 24 * 7, "unit": "hours"},
            {"kind": "interval", "every": 1, "unit": "years"},
            {"kind": "cron", "expression": f"{minute} {hour} * * 1,4"},
            {"kind": "cron", "expression": f"{minute} {hour} 1,15 * *"},
            {"kind": "cron", "expression": f"{minute} 2 * 3,10 0"},
            {"kind": "none"},
        ]
    )


def config(chance):
    starts_at = BEGINNING + timedelta(minutes=15 * chance.randrange(-9000, 9000))
    ends = chance.random() < 0.2
    return {
        "starts_at": starts_at,
        "zone": chance.choice(ZONES),
        "repeat": rules(chance),
        "misfire": "all",
        "misfire_max": 1000,
        **({"ends_at": starts_at + timedelta(days=DAYS // 2)} if ends else {}),
        **({"max_runs": chance.randint(1, 9)} if chance.random() < 0.2 else {}),
    }


def expected(stored, end):
    """Work out from the rule alone when a workflow runs."""
    read = ScheduleConfig.read(stored)
    moments, moment = [], first_run(read.recurrence, BEGINNING)
    while moment is not None and moment <= end:
        moments.append(moment)
        moment = next_run(read.recurrence, moment)
    return moments[: read.max_runs]


class Scheduler:
    """A scheduler that dies at random in the middle of a poll, and comes back later."""

    def __init__(self, chance):
        self.chance = chance
        self.now = BEGINNING
        self.deaths = 0

    def live(self, end):
        pollers = [InsertAhead(), FireSchedules()]
        while (due := self.next_of(pollers)) is not None and due <= end:
            self.now = max(due, self.now)
            for poller in pollers:
                if self.chance.random() < 0.01:
                    self.die(poller)
                poller.poll(self.now)

    def next_of(self, pollers):
        moments = [poller.due(self.now) for poller in pollers]
        return min((each for each in moments if each), default=None)

    def die(self, poller):
        """Lose what one poll did, and some time."""
        self.deaths += 1
        with pytest.raises(RuntimeError, match="died"):
            self.poll_and_die(poller)
        self.now += timedelta(minutes=self.chance.randrange(600))

    def poll_and_die(self, poller):
        with transaction.atomic():
            poller.poll(self.now)
            raise RuntimeError("died")


@pytest.mark.parametrize("seed", [1])
def test_every_expected_moment_has_exactly_one_execution(make_version, seed):
    chance = random.Random(seed)
    configs = [config(chance) for _ in range(WORKFLOWS)]
    end = BEGINNING + timedelta(days=DAYS)

    with muted():
        versions = [make_version(config=each) for each in configs]
        for version in versions:
            services.enable(version, BEGINNING)
        scheduler = Scheduler(chance)
        scheduler.live(end)

    assert scheduler.deaths > 0
    assert fired() == wanted(versions, end)


def wanted(versions, end):
    return Counter(
        (version.pk, moment)
        for version in versions
        for moment in expected(version.trigger_config, end)
    )


def fired():
    executions = Execution.objects.filter(ahead=None)
    return Counter(
        (pk, moment) for pk, moment in executions.values_list("version", "planned_at")
    )
