"""What is refused, with a sentence that names the culprit, and at once."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    Elapsed,
    InvalidRule,
    Monthly,
    NthWeekday,
    Once,
    Recurrence,
    Weekly,
    Yearly,
    first_run,
    next_run,
    preview,
    rule_from_config,
    zone_named,
)
from triggers.schedule.recurrence.languages import RUSSIAN_ERRORS

BAD_CRONS = {
    "0 0 30 2 *": "never occurs",
    "0 0 31 2,4,6,9,11 *": "never occurs",
    "0 0 */30 * 1#2": "never occurs",
    "0 0 */30 * 0#2,1#2,2#3,3#4,4#2,5#2,6#3": "never occurs",
    "* * * * * * *": "has 7 fields",
    "* * * *": "has 4 fields",
    "": "has 0 fields",
    "   ": "has 0 fields",
    "@reboot": "has 1 fields",
    "99 * * * *": "minute '99' must be from 0 to 59",
    "* 24 * * *": "hour '24' must be from 0 to 23",
    "* * 0 * *": "day of month '0' must be from 1 to 31",
    "* * 32 * *": "day of month '32' must be from 1 to 31",
    "* * * 13 *": "month '13' must be from 1 to 12",
    "* * * * 8": "day of week '8' must be from 0 to 7",
    "60 * * * * *": "second '60' must be from 0 to 59",
    "-1 * * * *": "'-1' is no minute",
    "*/0 * * * *": "step in '\\*/0' must be from 1 to 60",
    "*/90 * * * *": "for longer steps use an interval",
    "*-5 * * * *": "is no minute",
    "1-2-3 * * * *": "is no minute",
    "1,,2 * * * *": "'' is no minute",
    "a b c d e": "'a' is no minute",
    "? * * * *": "'\\?' is no minute",
    "* * 1,? * *": "is no day of month",
    "0 0 * * 1#6": "use #1 to #5",
    "0 0 * * 1#0": "use #1 to #5",
    "0 0 * * L": "'l' is no day of week",
    "0 0 1W,2 * *": "'W' needs one",
    "R * * * *": "another time at every reading",
    "H H * * *": "another time at every reading",
    "R(1-5) * * * *": "another time at every reading",
    "0 0 * * mondays": "is no day of week",
    "1.5 * * * *": "is no minute",
    "1" * 201: "has 201 characters",
    "1," * 500_000: "has 1000000 characters",
    "\u0661 * * * *": "has the character",
    "\uff15 * * * *": "has the character",
    "*\u00a0* * * *": "has the character",
    "* * * * *\x00": "is no day of week",
}
NO_NUMBERS: list[Any] = [
    0,
    -1,
    10**12,
    1.0,
    "2",
    None,
    True,
    [],
    float("nan"),
    10**5000,
]
NO_UNITS: list[Any] = [None, "fortnights", "", 1, [], {}, "x" * 10**6]
NO_WEEKDAYS: list[Any] = [[7], [-1], [True], ["0"], "0", 3, {"0": 1}, [[]]]
BAD_CONFIGS: dict[str, list[Any]] = {
    "kind": [
        None,
        [],
        "x",
        {},
        {"kind": []},
        {"kind": "often"},
        {"kind": "none", "x": 1},
    ],
    "expression": [
        {"kind": "cron"},
        {"kind": "cron", "expression": 5},
        {"kind": "cron", "expression": ["*"] * 5},
    ],
    "every": [
        {"kind": "interval", "unit": "days", "every": every} for every in NO_NUMBERS
    ],
    "unit": [{"kind": "interval", "every": 1, "unit": unit} for unit in NO_UNITS],
    "weekdays": [
        {"kind": "interval", "every": 1, "unit": "weeks", "weekdays": weekdays}
        for weekdays in NO_WEEKDAYS
    ],
    "on": [
        {"kind": "interval", "every": 1, "unit": "months", "on": on}
        for on in (
            {},
            31,
            {"day": 0},
            {"day": 32},
            {"day": "1"},
            {"last_day": False},
            {"nth": 0, "weekday": 1},
            {"nth": 6, "weekday": 1},
            {"nth": -2, "weekday": 1},
            {"nth": 1},
            {"nth": 1, "weekday": 7},
            {"day": 1, "last_day": True},
        )
    ],
}
CONFIGS = [
    (name, config) for name, configs in BAD_CONFIGS.items() for config in configs
]
BAD_ZONES = ["", None, 5, "../etc/passwd", "/etc/localtime", "Europe", "right/UTC"]
BAD_ZONES += ["Mars/Olympus", "x" * 300, "x" * 10**6, "Europe/Berlin\x00", "Ｕ"]
START = datetime(2026, 1, 1, tzinfo=UTC)
SOON = 0.5  # The promise is 50 ms; a loaded machine may take a little longer.


@pytest.mark.parametrize("expression", BAD_CRONS, ids=lambda text: text[:30] or "empty")
def test_bad_cron_is_refused_at_once(expression):
    began = time.perf_counter()

    with pytest.raises(InvalidRule, match=BAD_CRONS[expression]) as refusal:
        Cron(expression)

    assert time.perf_counter() - began < SOON
    assert refusal.value.field == "expression"
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("field", "config"), CONFIGS, ids=[f"{f}-{n}" for n, (f, _) in enumerate(CONFIGS)]
)
def test_bad_configuration_is_refused_by_its_field(field, config):
    with pytest.raises(InvalidRule, match=r"\S") as refusal:
        rule_from_config(config)

    assert refusal.value.field == field
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("name", BAD_ZONES, ids=range(len(BAD_ZONES)))
def test_bad_zone_is_refused(name):
    with pytest.raises(InvalidRule, match="There is no time zone") as refusal:
        zone_named(name)

    assert refusal.value.field == "zone"
    assert len(str(refusal.value)) < 200


def test_a_zone_that_is_almost_right_is_suggested():
    with pytest.raises(InvalidRule, match="did you mean 'Europe/Berlin'"):
        zone_named("europe/berlin")


def test_a_zone_is_found_by_its_name():
    assert zone_named("Asia/Kolkata") == ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    "rule", [Once(), Elapsed(1, "hours"), Daily(), Weekly(), Monthly(), Yearly()]
)
def test_only_cron_goes_without_a_start(rule):
    with pytest.raises(InvalidRule, match="needs a start"):
        Recurrence(rule, None)


@pytest.mark.parametrize("name", ["starts_at", "ends_at"])
def test_a_time_without_zone_is_refused(name):
    times = {"starts_at": START, "ends_at": START} | {name: START.replace(tzinfo=None)}

    with pytest.raises(InvalidRule, match=f"'{name}' needs a time zone"):
        Recurrence(Once(), **times)


def test_a_moment_without_zone_is_refused():
    with pytest.raises(InvalidRule, match="'after' needs a time zone"):
        next_run(Recurrence(Once(), START), START.replace(tzinfo=None))


EVERYTHING = [
    Once(),
    Elapsed(1, "seconds"),
    Elapsed(876_600, "hours"),
    Daily(36_525),
    Weekly(5_217, [0]),
    Monthly(1_200, NthWeekday(5, 0)),
    Yearly(100),
    Cron("0 0 29 2 *"),
    Cron("* * * * * *"),
    Cron("30 2 * * *"),
]


@pytest.mark.parametrize("rule", EVERYTHING, ids=str)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_last_moments_of_time_have_no_run(rule, zone):
    recurrence = Recurrence(rule, START, None, ZoneInfo(zone))

    for late in (datetime.max, datetime(9999, 12, 31)):  # noqa: DTZ001, DTZ901
        for place in (UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")):
            assert next_run(recurrence, late.replace(tzinfo=place)) is None


@pytest.mark.parametrize("rule", EVERYTHING, ids=str)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_moments_of_time_are_harmless(rule, zone):
    recurrence = Recurrence(rule, START, None, ZoneInfo(zone))
    began = datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo"))

    assert next_run(recurrence, began) == next_run(
        recurrence, START - timedelta(seconds=1)
    )
    assert first_run(recurrence, began) is not None


@pytest.mark.parametrize("rule", EVERYTHING, ids=str)
def test_a_start_at_the_end_of_time_never_comes(rule):
    start = datetime.max.replace(tzinfo=UTC)

    assert preview(Recurrence(rule, start), START) == []


@pytest.mark.parametrize("rule", EVERYTHING, ids=str)
def test_a_start_at_the_beginning_of_time_is_past(rule):
    recurrence = Recurrence(rule, datetime.min.replace(tzinfo=UTC))
    found = next_run(recurrence, START)

    assert found is None or found > START


def test_every_sentence_is_known_in_russian():
    for expression in BAD_CRONS:
        with pytest.raises(InvalidRule, match=r"\S") as refusal:
            Cron(expression)
        assert refusal.value.message in RUSSIAN_ERRORS
        assert refusal.value.sentence("ru") != str(refusal.value)
        assert refusal.value.sentence("en") == str(refusal.value)


@pytest.mark.parametrize(
    ("field", "config"), CONFIGS, ids=[f"{f}-{n}" for n, (f, _) in enumerate(CONFIGS)]
)
def test_every_refusal_of_a_configuration_is_known_in_russian(field, config):
    with pytest.raises(InvalidRule, match=r"\S") as refusal:
        rule_from_config(config)

    assert re.search("[а-я]", refusal.value.sentence("ru"))


def test_translations_keep_their_facts():
    for english, russian in RUSSIAN_ERRORS.items():
        facts = re.compile(r"%\((\w+)\)s")
        assert sorted(facts.findall(english)) == sorted(facts.findall(russian))
