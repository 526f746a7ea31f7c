"""The shop by itself: seeded, open, tidied, translated."""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import polib
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

import demo.shop
from demo.shop.models import Order, OrderLine
from demo.shop.sales import pay
from demo.shop.seeding import seed
from demo.shop.trading import Trade, tidy
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def trade(shop):
    return Trade(Random(2), keep=timedelta(days=30), most=1000)


def texts(catalogue):
    return {(each.msgctxt, each.msgid): each.msgstr for each in catalogue}


def age_of(order):
    return NOW - order.created_at


def test_same_seed_gives_same_orders(shop):
    before = list(Order.objects.values_list("number", "created_at", "total"))
    Order.objects.all().delete()

    seed(NOW, 60, Random(1))

    assert list(Order.objects.values_list("number", "created_at", "total")) == before


def test_second_seeding_adds_nothing(shop):
    again = seed(NOW + MINUTE, 60, Random(1))

    assert (again.customers, again.products, again.orders) == (0, 0, 0)
    assert Order.objects.count() == 60


def test_seeding_adds_when_asked(shop):
    call_command("seedshop", "--add", "--orders=5", verbosity=0)

    assert Order.objects.count() == 65


def test_some_orders_are_overdue_and_some_about_to_be(shop):
    ages = [age_of(order) for order in Order.objects.unpaid()]

    assert sum(age > 31 * MINUTE for age in ages) == 12
    assert sum(29 * MINUTE <= age <= 31 * MINUTE for age in ages) >= 5


def test_totals_are_those_of_the_lines(shop):
    rows = OrderLine.objects.values_list("order__number", "price", "quantity")
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for number, price, quantity in rows:
        totals[number] += price * quantity

    assert dict(Order.objects.values_list("number", "total")) == totals


def test_open_shop_takes_an_order_with_each_step(trade):
    orders = [trade.step(NOW) for _ in range(40)]

    ages = [age_of(order) for order in orders]
    assert Order.objects.count() == 100
    assert any(age == timedelta(0) for age in ages)
    assert any(29 * MINUTE < age < 30 * MINUTE for age in ages)
    assert any(age > 31 * MINUTE for age in ages)


def test_a_part_of_the_new_orders_is_paid_later(trade):
    orders = [trade.step(NOW) for _ in range(40)]
    trade.step(NOW + 2 * MINUTE)

    new = Order.objects.filter(pk__in=[order.pk for order in orders])
    assert 0 < new.filter(status=Order.Status.PAID).count() < 40


def test_cancelled_order_takes_no_payment(make_order):
    order = make_order(status=Order.Status.CANCELLED)

    assert pay(order, NOW) is False
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED


def test_old_orders_go(shop):
    tidy(NOW, timedelta(days=2), 1000)

    oldest = Order.objects.order_by("created_at")[0]
    assert age_of(oldest) <= timedelta(days=2)


def test_too_many_orders_go(shop):
    newest = Order.objects.order_by("-pk")[0]

    tidy(NOW, timedelta(days=30), 10)

    assert Order.objects.count() == 10
    assert Order.objects.filter(pk=newest.pk).exists()


def test_everything_is_translated_and_compiled():
    folder = Path(demo.shop.__file__).parent / "locale/ru/LC_MESSAGES"
    source = polib.pofile(str(folder / "django.po"))
    compiled = polib.mofile(str(folder / "django.mo"))

    assert source.untranslated_entries() == source.fuzzy_entries() == []
    assert texts(source) == texts(compiled)


def test_status_is_shown_as_text_in_russian(shop, admin_client):
    page = admin_client.get(
        reverse("admin:shop_order_changelist"), headers={"accept-language": "ru"}
    )

    assert "Отменён" in page.content.decode()


@pytest.mark.parametrize("name", ["order", "customer", "product"])
def test_lists_can_be_searched(shop, admin_client, name):
    page = admin_client.get(reverse(f"admin:shop_{name}_changelist"), {"q": "Ada"})

    assert page.status_code == 200


def test_orders_are_marked_paid_in_the_list(make_order, admin_client):
    order = make_order()
    data = {"action": "mark_paid", "_selected_action": [order.pk]}

    admin_client.post(reverse("admin:shop_order_changelist"), data)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID


@pytest.mark.processes
@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_open_shop_closes_when_told_to(tmp_path, name):
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": ""}
    manage = [sys.executable, "-u", "manage.py"]
    subprocess.run(
        [*manage, "migrate", "-v0"], env=environment, cwd=ROOT, check=True, timeout=60
    )
    with subprocess.Popen(
        [*manage, "openshop"], env=environment, cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"The shop is open.\n"
        process.send_signal(name)
        assert process.wait(timeout=3) == 0


def test_shop_survives_a_database_that_does_not_answer(trade, monkeypatch, caplog):
    command = pytest.importorskip("demo.shop.management.commands.openshop")

    def fail(now):
        raise command.DatabaseError

    monkeypatch.setattr(trade, "step", fail)
    monkeypatch.setattr(command.connection, "close", lambda: None)
    command.step(trade)

    assert "an order is lost" in caplog.text


def test_new_orders_are_created_now_by_default(customer):
    before = timezone.now()

    order = Order.objects.create(customer=customer, number="T")

    assert before <= order.created_at <= timezone.now()
