"""Steps in time over changes of the clock, in any zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from handlers.moments import UNITS, between, end_of, shift, start_of

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Beirut", "Asia/Kathmandu", "America/New_York"]
).map(ZoneInfo)
#: Around the changes of the clock, and anywhere.
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30)),  # noqa: DTZ001 - below
    st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26)),  # noqa: DTZ001
    st.datetimes(datetime(1999, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001
).map(lambda moment: moment.replace(tzinfo=UTC))
NAMES = st.sampled_from([name for name, _title in UNITS])
ELAPSING = st.sampled_from(["seconds", "minutes", "hours"])
BERLIN = ZoneInfo("Europe/Berlin")


def instant(moment):
    """Compare moments as they are; on one clock Python compares what it shows."""
    return moment.astimezone(UTC)


@given(MOMENTS, ZONES, NAMES)
def test_moment_lies_in_its_unit(moment, zone, unit):
    here = moment.astimezone(zone)

    start, end = start_of(here, unit), end_of(here, unit)

    assert instant(start) <= moment <= instant(end)
    assert instant(start_of(end, unit)) == instant(start)


@given(MOMENTS, ZONES, NAMES)
def test_units_follow_each_other_without_a_gap(moment, zone, unit):
    end = instant(end_of(moment.astimezone(zone), unit))

    following = (end + timedelta(microseconds=1)).astimezone(zone)

    assert instant(start_of(following, unit)) == instant(following)


@given(MOMENTS, ZONES, ELAPSING, st.integers(-99, 99))
def test_what_elapses_is_counted_back(moment, zone, unit, amount):
    here = moment.astimezone(zone)

    assert between(here, shift(here, amount, unit), unit) == amount


@pytest.mark.parametrize("fold", [0, 1])
def test_repeated_hour_stays_the_one_that_it_is(fold):
    moment = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold)

    assert instant(start_of(moment, "hours")) == instant(moment) - timedelta(minutes=30)
    assert end_of(moment, "hours").isoformat()[11:19] == "02:59:59"


def test_day_whose_midnight_is_skipped_ends_at_midnight():
    moment = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Asia/Beirut"))

    assert start_of(moment, "days").isoformat()[:16] == "2026-03-29T01:00"
    assert end_of(moment, "days").isoformat()[:16] == "2026-03-29T23:59"


def test_day_of_a_clock_change_has_25_hours():
    moment = datetime(2026, 10, 25, 12, tzinfo=BERLIN)

    length = instant(end_of(moment, "days")) - instant(start_of(moment, "days"))

    assert length == timedelta(hours=25) - timedelta(microseconds=1)
