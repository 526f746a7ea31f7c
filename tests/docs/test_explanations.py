"""Numbers and names on the pages that explain are those of the code."""

from pathlib import Path

import pytest

from triggers.models import Schedule
from triggers.schedule import searching
from triggers.schedule.config import ScheduleConfig
from workflows.conf import Settings
from workflows.models import Execution, WorkflowVersion
from workflows.options import Concurrency
from workflows.pollers import Guard, WakeDue
from workflows.scheduler import GLANCE, PATIENCE

PAGES = Path(__file__).parents[2] / "docs" / "explanation"
USUAL = Settings()
CONFIG = ScheduleConfig.read({})


def text(name):
    """Read a page as one line."""
    return " ".join((PAGES / f"{name}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "words",
    [
        f"the horizon ({USUAL.horizon.seconds} seconds)",
        f"Every {USUAL.sweep_period.seconds} seconds (`SWEEP_PERIOD`)",
        f"begins {searching.OVERLAP.seconds} seconds before",
        f"plans {searching.CHUNK:,} records",
        f"the grace ({CONFIG.misfire_grace.seconds} seconds by default)",
        f"`misfire_max` ({CONFIG.misfire_max} by default)",
    ],
)
def test_numbers_of_time(words):
    assert words in text("time")


def test_numbers_of_executions():
    page = text("how-executions-run")

    assert f"`MAX_DELIVERIES` ({USUAL.max_deliveries})" in page
    assert USUAL.timeout_grace.seconds == 5
    assert "is given five seconds more" in page
    assert USUAL.lease.seconds / 3 == 10
    assert "prolongs the lease every ten seconds" in page
    assert Guard.period.total_seconds() == 1 / 4
    assert "look four times a second at the locks" in page
    assert f"twice, {Guard.grace.total_seconds():g} seconds apart" in page
    assert Guard.recovery.seconds == 2
    assert "wait two seconds when their own connection was new" in page
    assert WakeDue.patience.seconds == 1
    assert "sent again after a second" in page


def test_how_long_a_scheduler_sleeps():
    assert GLANCE.total_seconds() == 0.25
    assert "after a quarter of a second at most" in text("time")
    assert PATIENCE.total_seconds() == 5
    assert "polls every five seconds all the same" in text("time")


def test_how_many_records_a_search_reads_again():
    assert "reads the next 2,000 records again" in text("time")
    assert searching.SHARE == 2000


def test_every_kind_of_row_is_told():
    assert all(f"| {kind} | " in text("time") for kind in Schedule.Kind)


@pytest.mark.parametrize(
    ("model", "field"), [(Execution, "workflow"), (Execution, "version")]
)
def test_history_has_no_constraint(model, field):
    assert model._meta.get_field(field).db_constraint is False


def test_constraints_are_named_as_told():
    names = {c.name for c in WorkflowVersion._meta.constraints}

    assert {"one_enabled_version", "one_current_version"} <= names


def test_policy_is_named_by_its_words():
    assert f'the policy "{Concurrency.QUEUE.label}"' in text("states")
