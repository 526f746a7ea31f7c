"""Dates: moved, compared, rounded, written."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.fields import SettingEmpty
from handlers.moments import MomentOutOfRange
from handlers.nodes.dates import Dates
from tests.conftest import NOW
from tests.handlers.conftest import problems, run_node


def at(*parts, zone="UTC"):
    return datetime(*parts).replace(tzinfo=ZoneInfo(zone))  # noqa: DTZ001 - it gets one


@pytest.mark.parametrize(
    ("amount", "unit", "moved"),
    [
        (90, "seconds", at(2026, 1, 31, 10, 1, 30)),
        (90, "minutes", at(2026, 1, 31, 11, 30)),
        (-11, "hours", at(2026, 1, 30, 23)),
        (1, "days", at(2026, 2, 1, 10)),
        (2, "weeks", at(2026, 2, 14, 10)),
        (1, "months", at(2026, 2, 28, 10)),
        (-1, "quarters", at(2025, 10, 31, 10)),
        (1, "years", at(2027, 1, 31, 10)),
    ],
)
def test_adds_units(amount, unit, moved):
    config = {"date": at(2026, 1, 31, 10), "amount": amount, "unit": unit}

    assert run_node(Dates, operation="add", **config).result == moved


def test_date_is_now_unless_said_otherwise():
    assert run_node(Dates, amount=1).result == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_subtracts():
    answer = run_node(Dates, operation="subtract", date=NOW, amount=22, unit="days")

    assert answer.result == datetime(2026, 10, 31, 9, tzinfo=UTC)


def test_day_keeps_the_hour_over_a_clock_change():
    config = {"date": at(2026, 3, 28, 9, zone="Europe/Berlin"), "zone": "Europe/Berlin"}

    answer = run_node(Dates, amount=1, unit="days", **config)

    assert answer.result == at(2026, 3, 29, 9, zone="Europe/Berlin")


def test_skipped_time_falls_behind_the_gap():
    config = {"date": at(2026, 3, 28, 2, 30, zone="Europe/Berlin")}

    answer = run_node(Dates, amount=1, zone="Europe/Berlin", **config)

    assert answer.result.isoformat() == "2026-03-29T03:30:00+02:00"


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("seconds", 5616000),
        ("hours", 1560),
        ("days", 65),
        ("weeks", 9),
        ("months", 2),
        ("quarters", 0),
    ],
)
def test_difference_counts_whole_units(unit, count):
    config = {"date": at(2026, 1, 1), "other": at(2026, 3, 7), "unit": unit}

    assert run_node(Dates, operation="difference", **config).result == count


def test_difference_to_an_earlier_date_is_negative():
    config = {"date": at(2026, 3, 7), "other": at(2024, 1, 1), "unit": "years"}

    assert run_node(Dates, operation="difference", **config).result == -2


@pytest.mark.parametrize(
    ("unit", "start"),
    [
        ("minutes", at(2026, 11, 22, 9, 8)),
        ("hours", at(2026, 11, 22, 9)),
        ("days", at(2026, 11, 22)),
        ("weeks", at(2026, 11, 16)),
        ("months", at(2026, 11, 1)),
        ("quarters", at(2026, 10, 1)),
        ("years", at(2026, 1, 1)),
    ],
)
def test_start_of_a_unit(unit, start):
    config = {"date": at(2026, 11, 22, 9, 8, 7), "unit": unit}

    assert run_node(Dates, operation="start_of", **config).result == start


def test_end_of_a_month_is_its_last_microsecond():
    answer = run_node(Dates, operation="end_of", date=at(2026, 2, 3), unit="months")

    assert answer.result == at(2026, 2, 28, 23, 59, 59, 999999)


@pytest.mark.parametrize("form", ["yyyy-mm-dd hh:mm", "%Y-%m-%d %H:%M"])
def test_writes_by_a_format(form):
    answer = run_node(Dates, operation="format", format=form, zone="Asia/Tokyo")

    assert answer.result == "2026-11-22 18:00"


def test_shows_the_clock_of_another_zone():
    answer = run_node(Dates, operation="to_zone", zone="Asia/Tokyo")

    assert answer.result.isoformat() == "2026-11-22T18:00:00+09:00"


def test_now_needs_nothing():
    assert run_node(Dates, operation="now").result == NOW


def test_plain_date_begins_at_midnight():
    scope = {"trigger": {"data": date(2026, 1, 1)}}

    answer = run_node(Dates, scope, date="{{ trigger.data }}", unit="days")

    assert answer.result == at(2026, 1, 2)


def test_unknown_zone_is_a_form_error():
    assert "'Mars/Base' is no time zone" in problems(Dates, zone="Mars/Base")["zone"]


def test_difference_without_other_date_is_a_form_error():
    assert "other" in problems(Dates, operation="difference")


def test_step_out_of_the_calendar_is_told():
    with pytest.raises(MomentOutOfRange, match="9000 years lead out"):
        run_node(Dates, amount=9000, unit="years")


def test_empty_amount_at_run_time_is_told():
    with pytest.raises(SettingEmpty, match="'amount' is empty"):
        run_node(Dates, {"trigger": {"data": None}}, amount="{{ trigger.data }}")
