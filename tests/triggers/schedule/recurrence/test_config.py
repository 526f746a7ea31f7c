"""Rules as they are stored."""

import subprocess
import sys

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    LastDay,
    Monthly,
    NthWeekday,
    Once,
    Weekly,
    Yearly,
    rule_from_config,
    rule_to_config,
)


def interval(every: int, unit: str, **more: object) -> dict[str, object]:
    return {"kind": "interval", "every": every, "unit": unit, **more}


STORED = [
    ({"kind": "none"}, Once()),
    (interval(30, "seconds"), Elapsed(30, "seconds")),
    (interval(30, "minutes"), Elapsed(30, "minutes")),
    (interval(2, "hours"), Elapsed(2, "hours")),
    (interval(1, "days"), Daily()),
    (interval(2, "weeks"), Weekly(2)),
    (interval(2, "weeks", weekdays=[0, 3]), Weekly(2, [0, 3])),
    (interval(1, "months"), Monthly()),
    (interval(1, "months", on={"day": 31}), Monthly(1, DayOfMonth(31))),
    (interval(1, "months", on={"last_day": True}), Monthly(1, LastDay())),
    (
        interval(1, "months", on={"nth": 2, "weekday": 1}),
        Monthly(1, NthWeekday(2, 1)),
    ),
    (
        interval(1, "months", on={"nth": -1, "weekday": 4}),
        Monthly(1, NthWeekday(-1, 4)),
    ),
    (interval(1, "years"), Yearly()),
    ({"kind": "cron", "expression": "0 9 * * 1-5"}, Cron("0 9 * * 1-5")),
]


@pytest.mark.parametrize(("config", "rule"), STORED, ids=range(len(STORED)))
def test_a_rule_is_read_and_written(config, rule):
    assert rule_from_config(config) == rule
    assert rule_to_config(rule) == config


@pytest.mark.parametrize("more", [{"weekdays": []}, {"weekdays": None}])
def test_no_weekdays_means_that_of_the_start(more):
    assert rule_from_config(interval(1, "weeks", **more)) == Weekly()


def test_weekdays_are_kept_in_order_and_once():
    assert Weekly(1, [3, 0, 3]) == Weekly(1, [0, 3])


def test_the_package_knows_nothing_of_django():
    code = (
        "import sys, triggers.schedule.recurrence\n"
        "sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
