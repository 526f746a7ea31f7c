"""Every line of the table."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.triggers.schedule.recurrence.cases import (
    Case,
    autumn,
    both_days,
    cron_fields,
    days_and_weeks,
    elapsed,
    ends,
    missing_day,
    months_and_years,
    spring,
)
from triggers.schedule.recurrence import Cron, Recurrence, preview

SUBJECTS = [
    autumn,
    both_days,
    cron_fields,
    days_and_weeks,
    elapsed,
    ends,
    missing_day,
    months_and_years,
    spring,
]
CASES = [
    pytest.param(case, id=f"{subject.__name__.rpartition('.')[2]}-{number}")
    for subject in SUBJECTS
    for number, case in enumerate(subject.CASES, 1)
]


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=zone)


def recurrence(case: Case) -> Recurrence:
    zone = ZoneInfo(case.zone)
    rule = Cron(case.rule) if isinstance(case.rule, str) else case.rule
    return Recurrence(rule, moment(case.start, zone), moment(case.end, zone), zone)


@pytest.mark.parametrize("case", CASES)
def test_runs_are_those_of_the_table(case):
    zone, count = ZoneInfo(case.zone), len(case.runs)

    after = moment(case.after, zone)
    assert after is not None
    runs = preview(recurrence(case), after, count + 1)

    assert [run.moment for run in runs[:count]] == [
        moment(text, zone) for text in case.runs
    ]
    assert (len(runs) > count) is case.more


def test_the_table_is_large():
    assert len(CASES) >= 150
