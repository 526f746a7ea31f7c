"""Records are planned when they are saved."""

from datetime import timedelta

import pytest

from demo.shop.models import Customer, Order
from tests.conftest import NOW
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from workflows import clock, services
from workflows.cluster import muted
from workflows.models import Execution

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def watch(db):
    """Enable a workflow 30 minutes after an order was created."""

    def watch(now=NOW, **values):
        config = {
            "mode": "field",
            "collection": "shop.order",
            "start_field": "created_at",
            "start_offset": 30,
            "start_unit": "minutes",
            **values,
        }
        return services.enable(services.create("Watch", "schedule", config), now)

    return watch


@pytest.fixture
def make_order(db):
    customer = Customer.objects.create(name="Ada", email="ada@example.com")

    def make(created_at):
        return Order.objects.create(customer=customer, created_at=created_at)

    return make


def fire(*moments):
    """Poll at these moments; give the moments that fired."""
    with muted():
        for moment in moments:
            FireSchedules().drain(moment)
    fired = Execution.objects.order_by("planned_at")
    return list(fired.values_list("planned_at", flat=True))


def records():
    return Schedule.objects.filter(kind=Schedule.Kind.RECORD)


def test_near_moment_is_armed_at_once(watch, make_order):
    watch()
    with clock.at(NOW):
        make_order(NOW - 28 * MINUTE)

    assert records().get().next_run_at == NOW + 2 * MINUTE


def test_distant_moment_writes_nothing(watch, make_order):
    watch()
    with clock.at(NOW):
        make_order(NOW)

    assert not records().exists()


def test_distant_moment_fires_all_the_same(watch, make_order):
    watch()
    with clock.at(NOW):
        make_order(NOW)

    planned = fire(NOW, NOW + 29 * MINUTE, NOW + 30 * MINUTE)
    assert planned == [NOW + 30 * MINUTE]


def test_moment_that_was_past_when_saved_does_not_fire(watch, make_order):
    watch(NOW - DAY)
    with clock.at(NOW):
        make_order(NOW - 30 * MINUTE - timedelta(seconds=2))

    assert fire(NOW, NOW + MINUTE) == []


def test_saving_keeps_the_next_moment_of_a_repetition(watch, make_order):
    watch(repeat={"kind": "interval", "every": 1, "unit": "days"})
    with clock.at(NOW):
        order = make_order(NOW - 29 * MINUTE)
    first = NOW + MINUTE
    fire(NOW, first, NOW + 30 * MINUTE)

    with clock.at(NOW + 60 * MINUTE):
        order.save()
    assert fire(first + 1 * DAY) == [first, first + DAY]


def test_saving_does_not_take_away_what_is_due(watch, make_order):
    watch()
    with clock.at(NOW):
        order = make_order(NOW - 29 * MINUTE)
    due = NOW + MINUTE

    with clock.at(due + 5 * timedelta(seconds=1)):
        order.save()
    assert fire(due + 6 * timedelta(seconds=1)) == [due]


def test_saving_without_a_change_of_dates_writes_nothing(
    watch, make_order, django_assert_num_queries
):
    watch()
    with clock.at(NOW):
        order = make_order(NOW - 29 * MINUTE)

        # The record itself, the schedules of its collection, the row of the record.
        with django_assert_num_queries(3):
            order.save()
