"""What the page on watching executions says is so."""

import re
from pathlib import Path

from workflows.admin import last_runs, paging
from workflows.admin.calendar import entries, page as calendar
from workflows.admin.calendar.ranges import DAY, MONTH, WEEK
from workflows.admin.dashboard import glances
from workflows.admin.exchange import export_all
from workflows.admin.executions import filters, selections
from workflows.admin.executions.filters import StatusFilter

HOW_TO = Path(__file__).parents[2] / "docs/how-to"
FLAT = " ".join((HOW_TO / "watch-executions.md").read_text("utf-8").split())
SCHEDULES = " ".join((HOW_TO / "watch-schedules.md").read_text("utf-8").split())
SCRIPT = Path(calendar.__file__).parents[2] / "static/workflows/dashboard.js"


def test_the_numbers_are_those_of_the_code():
    assert f"the newest {filters.FOUND} workflows at most" in FLAT
    assert f"counted up to {paging.MOST:,}" in FLAT
    assert f"{selections.CHUNK} executions are one transaction" in FLAT
    assert f"{selections.SECONDS:g} seconds of work" in FLAT
    assert f"the last {glances.COUNTED:,} executions are counted" in FLAT
    assert f"draws the last {last_runs.COUNT} runs" in FLAT
    assert "PERIOD = 10_000" in SCRIPT.read_text("utf-8")


def test_the_numbers_of_the_calendar_are_those_of_the_code():
    counted = [calendar.AMOUNTS[view][1] for view in (MONTH, WEEK, DAY)]
    month, week, day = (f"{each:,} for each" for each in counted)

    assert f"{month} day of a month, {week} day of a week, and {day} hour" in SCHEDULES
    assert f"beyond {calendar.MOST:,} planned runs" in SCHEDULES
    assert f"{entries.COUNTED:,} past ones" in SCHEDULES
    assert entries.CROWDED == 3
    assert "three or more workflows" in SCHEDULES


def test_what_is_chosen_is_named_as_it_is():
    for _statuses, title in StatusFilter.groups:
        assert f"*{title}*" in FLAT
    assert f"*{vars(export_all)['short_description']}*" in FLAT
    permissions = re.findall(r"`workflows\.(\w+)_execution`", FLAT)
    effects = selections.SELECTION_EFFECTS
    assert permissions == [*dict.fromkeys(each.effect.permission for each in effects)]
