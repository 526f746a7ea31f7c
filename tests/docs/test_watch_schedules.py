"""What the page on watching schedules says is so."""

import inspect
import json
import re
from datetime import timedelta
from pathlib import Path

from django.urls import reverse

from tests.docs.test_links import blocks
from triggers.schedule import backfill, explaining, previewing
from triggers.schedule.pausing import PauseSchedules, missed_reason
from workflows import services
from workflows.admin.calendar import page as calendars
from workflows.admin.workflows import WorkflowAdmin

TEXT = (Path(__file__).parents[2] / "docs/how-to/watch-schedules.md").read_text("utf-8")
FLAT = " ".join(TEXT.split())


def rows(heading):
    """List the first cells of the table below a heading."""
    part = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (.+?) \|", part, re.MULTILINE)[1:]


def test_every_answer_is_told_in_its_order():
    code = " ".join(inspect.getsource(explaining).split())
    sentences = re.findall(r'_\(\s*"([^"]+)"', code.split("def _parked")[1])
    sentences = ["It is disabled.", *sentences]

    told = [
        re.escape(row).replace("…", ".+") for row in rows("Find out why it has not run")
    ]
    assert len(told) == len(sentences)
    assert all(map(re.fullmatch, told, sentences))


def test_every_column_is_told():
    columns = [name for name in WorkflowAdmin.list_display if name != "name"]

    assert len(rows("See what is planned")) == len(columns)


def test_the_switch_is_named_as_it_is():
    assert f'"{PauseSchedules.stop_label}"' in FLAT
    assert f"`{PauseSchedules.permission}`" in FLAT


def test_the_reason_of_missed_runs_is_the_one_that_is_stored(db, now):
    PauseSchedules().stop(now, None)

    assert f'"{missed_reason(now)}"' in FLAT


def test_the_numbers_are_those_of_the_code():
    assert previewing.COUNT == 10
    assert "its next ten runs" in FLAT
    assert previewing.RECORDS == 5
    assert "runs of the next five records" in FLAT
    assert f"at most {backfill.LOOKED_AT:,} moments" in FLAT
    assert f"up to {backfill.MOST:,} of them" in FLAT
    assert f"A range is {calendars.LONGEST.days} days at most" in FLAT
    assert f"{calendars.MOST:,} runs at most and {calendars.EACH} of one" in FLAT


def test_the_calendar_answers_as_shown(admin_client, make_version, now, time_machine):
    time_machine.move_to(now)
    config = {"starts_at": now + timedelta(hours=1), "zone": "Europe/Berlin"}
    services.enable(make_version(config=config), now)
    [address] = re.findall(r"`(/admin/\S+?)\?", TEXT)

    answer = admin_client.get(
        address, {"start": "2026-11-22T00:00", "end": "2026-11-29T00:00"}
    ).json()

    [shown] = map(json.loads, blocks(TEXT, "json"))
    assert address == reverse("admin:workflows_workflow_planned")
    assert (answer.keys(), answer["complete"]) == (shown.keys(), True)
    assert [run.keys() for run in answer["runs"]] == [shown["runs"][0].keys()]
