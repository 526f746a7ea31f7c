"""The examples of the reference are true."""

import json
import re
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Recurrence,
    next_run,
    preview,
    rule_from_config,
    runs_between,
)
from triggers.schedule.recurrence.cron import ALIASES

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "reference" / "schedule-rules.md").read_text(encoding="utf-8")
INTERVALS = re.findall(r"(?m)^\| `(\{.+\})` \| (\d[^|]+) \| ([^|]+) \|$", PAGE)
CHANGES = re.findall(r"(?m)^\| `([^`{]+)` \| (\w+/\w+) \| ([^|]+) \| (.+) \|$", PAGE)
BLOCKS = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
NAMES = re.findall(r"(?m)^\| ((?:`@\w+`(?:, )?)+) \| `([^`]+)` \|$", PAGE)
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("config", "start", "runs"), INTERVALS)
def test_an_interval_runs_as_written(config, start, runs):
    began = datetime.fromisoformat(start).replace(tzinfo=UTC)
    recurrence = Recurrence(rule_from_config(json.loads(config)), began)
    expected = [
        datetime.fromisoformat(run).replace(tzinfo=UTC) for run in runs.split(", ")
    ]

    assert list(islice(runs_between(recurrence, began, FOREVER), 2)) == expected


@pytest.mark.parametrize(("expression", "zone", "after", "runs"), CHANGES)
def test_a_clock_change_is_as_written(expression, zone, after, runs):
    recurrence = Recurrence(Cron(expression), None, None, ZoneInfo(zone))
    found = preview(recurrence, datetime.fromisoformat(after), 2)

    assert [run.moment for run in found] == [
        datetime.fromisoformat(run) for run in runs.split(", ")
    ]


@pytest.mark.parametrize(("names", "expression"), NAMES)
def test_names_stand_for_their_expressions(names, expression):
    for name in re.findall(r"@\w+", names):
        assert ALIASES[name] == expression


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_code_runs(block):
    exec(compile(block, "schedule-rules.md", "exec"), {})  # noqa: S102


@pytest.mark.parametrize(
    "expression", ["0 0 30 2 *", "*/90 * * * *", "R * * * *", "H * * * *"]
)
def test_what_the_page_calls_refused_is_refused(expression):
    with pytest.raises(ValueError, match=r"\S"):
        Cron(expression)


def test_the_page_has_its_examples():
    assert (len(INTERVALS), len(CHANGES), len(BLOCKS), len(NAMES)) == (10, 8, 1, 5)


def test_nothing_runs_after_the_last_day_of_the_page():
    last = datetime(9999, 12, 29, tzinfo=UTC)
    recurrence = Recurrence(Cron("@daily"), None)

    assert next_run(recurrence, datetime(9999, 12, 28, tzinfo=UTC)) == last
    assert next_run(recurrence, last) is None
