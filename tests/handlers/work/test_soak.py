"""Many works, failing services and random stops: each ends as its history implies.

`SOAK=10000` gives the number of works; without it a short one runs.
"""

import os
import random
from typing import Any

import pytest
from django.db.models import Count, Max, Q

from handlers.work.crew import run_due
from handlers.work.models import Work, WorkRun
from handlers.work.starting import start_work, stop_work
from handlers.work.states import WorkState
from tests.handlers.device import lacks
from tests.handlers.work.conftest import act

WORKS = int(os.environ.get("SOAK", "60"))
ROUNDS = 60


@pytest.mark.parametrize("seed", [1])
def test_every_work_ends_as_its_history_implies(hands, time, seed):
    dice = random.Random(seed)
    for number in range(WORKS):
        start_work(
            [act("set", "a=1"), act("pythonargs", f"chance({dice.random():.2f})")],
            tag=f"t{number % 97}",
            retry=dice.random() < 0.7,
            conditions=dice.choice(["", "", "CONNECTED;"]),
            variables={"work": number},
        )
    for _round in range(ROUNDS):
        lacks(*(["CONNECTED"] if dice.random() < 0.3 else []))
        run_due(hands)
        if dice.random() < 0.2:
            stop_work(f"t{dice.randrange(97)}")
        time.forward(seconds=dice.choice([20, 60, 900, 7200]))
    lacks()

    check_histories()


def check_histories():
    runs = Count("runs")
    failed = Count("runs", filter=Q(runs__state="failed"))
    succeeded = Count("runs", filter=Q(runs__state="succeeded"))
    works = Work.objects.annotate(
        runs_=runs, failed=failed, succeeded=succeeded, last=Max("runs__number")
    )
    assert works.count() == WORKS
    work: Any
    for work in works:
        assert work.runs_ == work.attempts == (work.last or 0)
        assert (work.owner, work.deliveries) == (None, 0)
        assert implied(work) == work.state, work.pk
    assert not WorkRun.objects.filter(state="running").exists()


def implied(work):
    """Work out the state from the runs alone, and from whether it was stopped."""
    if work.succeeded:
        assert work.succeeded == 1
        return WorkState.SUCCEEDED
    if work.reason == "stopped by its tag":
        return WorkState.CANCELLED
    if work.failed:
        return WorkState.RETRY if work.retry else WorkState.FAILED
    assert work.conditions
    return WorkState.ENQUEUED
