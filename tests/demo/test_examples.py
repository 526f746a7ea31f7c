"""The example workflows: valid, enabled, loaded once, doing what they say."""

from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from demo.shop import examples
from demo.shop.models import Order
from tests.conftest import NOW, drain
from triggers.schedule.firing import FireSchedules
from workflows import clock, services
from workflows.cluster import muted
from workflows.models import Execution, Workflow, WorkflowVersion

MINUTE = timedelta(minutes=1)


def run_at(*moments):
    with muted():
        for moment in moments:
            with clock.at(moment):
                FireSchedules().drain(moment)
                drain(moment)


def setupdemo(**environment):
    out = StringIO()
    with patch.dict("os.environ", environment):
        call_command("setupdemo", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", examples.NAMES)
def test_example_is_valid(db, name):
    assert services.problems_of(examples.create(name)) == []


def test_examples_are_loaded_and_enabled_once(db):
    assert len(list(examples.load(NOW))) == 2
    assert list(examples.load(NOW)) == []

    assert WorkflowVersion.objects.enabled().count() == 2


def test_deleted_example_stays_deleted(db):
    list(examples.load(NOW))
    services.archive(Workflow.objects.all()[0], NOW)

    assert list(examples.load(NOW)) == []


def test_every_minute_cancels_what_is_older_than_half_an_hour(make_order):
    services.enable(examples.create("every-minute"), NOW)
    older = make_order(NOW - 29 * MINUTE - timedelta(seconds=1))
    just = make_order(NOW - 29 * MINUTE)
    paid = make_order(NOW - 60 * MINUTE, status=Order.Status.PAID)

    run_at(NOW + MINUTE)

    assert list(Order.objects.cancelled()) == [older]
    assert {just, paid} == set(Order.objects.exclude(pk=older.pk))


def test_date_field_cancels_the_unpaid_order_at_its_moment(make_order):
    services.enable(examples.create("date-field"), NOW)
    with clock.at(NOW):
        unpaid, paid = make_order(NOW), make_order(NOW)
    with clock.at(NOW + MINUTE):
        paid.status = Order.Status.PAID
        paid.save()

    run_at(NOW, NOW + 29 * MINUTE, NOW + 30 * MINUTE)

    assert list(Order.objects.cancelled()) == [unpaid]
    assert set(Execution.objects.values_list("planned_at")) == {(NOW + 30 * MINUTE,)}


def test_both_examples_find_orders_that_no_signal_announced(shop):
    list(examples.load(NOW))

    run_at(NOW, *(NOW + second * timedelta(seconds=1) for second in range(200)))

    assert not Order.objects.unpaid().exists()
    titles = Execution.objects.values_list("workflow__title", flat=True)
    assert len(set(titles)) == 2


def test_setup_prints_the_password_once(db):
    first, second = setupdemo(ADMIN_PASSWORD=""), setupdemo(ADMIN_PASSWORD="")

    password = first.strip().rsplit(" ", 1)[1]
    assert User.objects.get(username="admin").check_password(password)
    assert "password" not in second


def test_setup_takes_the_password_that_is_given(db):
    said = setupdemo(ADMIN_PASSWORD="correct-horse")

    assert User.objects.get(username="admin").check_password("correct-horse")
    assert "correct-horse" not in said
