"""Dates without a time, without a zone, without a value; offsets in all units."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from demo.shop.models import Customer, Order
from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig, in_utc
from workflows.models import Execution

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def collections(settings, time, monkeypatch):
    hourly = {"SWEEP_PERIOD": 3600, "HORIZON": 7200}
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"], **hourly}
    monkeypatch.setattr("workflows.clock.now", lambda: time.now)


@pytest.fixture
def watch(enable):
    """Enable a workflow on the day of delivery of orders."""

    def watch(**config):
        fields = {"mode": "field", "collection": "shop.order"}
        return enable(**fields, start_field="delivery_on", **config)

    return watch


@pytest.fixture
def order(db):
    customer = Customer.objects.create(name="Ann", email="ann@example.com")

    def order(day, number="1"):
        return Order.objects.create(number=number, customer=customer, delivery_on=day)

    return order


def planned():
    return list(Execution.objects.values_list("planned_at", flat=True))


def test_a_date_is_its_midnight_in_the_zone_of_the_schedule():
    assert in_utc(date(2026, 7, 1), BERLIN) == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_a_naive_time_is_on_the_wall_clock_of_the_zone():
    naive = datetime(2026, 7, 1, 9)  # noqa: DTZ001

    assert in_utc(naive, BERLIN) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_fractions_of_a_second_are_cut():
    moment = datetime(2026, 7, 1, 9, 0, 0, 999_999, tzinfo=UTC)

    assert in_utc(moment, BERLIN) == datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "unit", "distance"),
    [
        (30, "seconds", timedelta(seconds=30)),
        (-30, "minutes", timedelta(minutes=-30)),
        (2, "hours", timedelta(hours=2)),
        (-3, "days", timedelta(days=-3)),
        (0, "days", timedelta(0)),
    ],
)
def test_offsets_are_elapsed_time_in_all_units(offset, unit, distance):
    stored = {"start_field": "a", "start_offset": offset, "start_unit": unit}

    assert ScheduleConfig.read(stored).start.distance == distance


def test_a_date_field_fires_at_midnight_of_its_zone(watch, order, time):
    watch(zone="Asia/Kolkata")
    order(date(2026, 11, 23))

    time.go(hours=12)

    assert planned() == [datetime(2026, 11, 22, 18, 30, tzinfo=UTC)]


def test_a_reminder_comes_days_before_a_date(watch, order, time):
    watch(start_offset=-3, start_unit="days")
    order(date(2026, 11, 26))

    time.go(hours=16)

    assert planned() == [datetime(2026, 11, 23, tzinfo=UTC)]


def test_a_date_in_bulk_is_found_too(watch, order, time):
    watch(zone="Asia/Kolkata")
    order(None)
    Order.objects.update(delivery_on=date(2026, 11, 23))

    time.go(hours=10)

    assert planned() == [datetime(2026, 11, 22, 18, 30, tzinfo=UTC)]


def test_a_date_that_is_taken_away_does_not_fire(watch, order, time):
    watch(start_offset=9 * 3600 + 60, start_unit="seconds")
    late = order(date(2026, 11, 22))
    assert Schedule.objects.filter(kind="record").count() == 1

    late.delivery_on = None
    late.save()
    time.go(120)

    assert planned() == []


def test_a_date_that_sql_takes_away_does_not_fire(watch, order, time):
    watch(start_offset=9 * 3600 + 60, start_unit="seconds")
    order(date(2026, 11, 22))
    Order.objects.update(delivery_on=None)

    time.go(120)

    assert planned() == []


def test_a_reverse_relation_is_loaded_with_the_record(watch, order, time):
    watch(
        start_offset=9 * 3600 + 60, start_unit="seconds", preload=["lines", "customer"]
    )
    order(date(2026, 11, 22))

    time.go(120)

    data = Execution.objects.get().context["data"]
    assert (data["lines"], data["customer"]["name"]) == ([], "Ann")
