"""Numbers that several workflows change at once: none of the changes is lost."""

import pytest
from django.db import transaction

from demo.shop.models import Product
from handlers.nodes.sql import Sql
from handlers.nodes.update import Update
from tests.handlers.conftest import run_node
from tests.racing import cannot_race, race

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, EACH = 4, 10


@pytest.fixture
def tea(settings):
    if reason := cannot_race():
        pytest.skip(reason)
    settings.WORKFLOWS = {
        "COLLECTIONS": ["shop"],
        "SQL_DATABASES": {"default": "write"},
    }
    return Product.objects.create(name="Tea", price=1, stock=100)


def buy(handler, **config):
    for _ in range(EACH):
        with transaction.atomic():
            run_node(handler, **config)


def stock_is(tea, stock):
    tea.refresh_from_db()
    return tea.stock == stock


@pytest.mark.parametrize("signals", [False, True])
def test_increments_of_all_count(signals, tea):
    config = {"collection": "shop.product", "all": True, "increments": {"stock": -1}}

    race(*[lambda: buy(Update, signals=signals, **config)] * BUYERS)

    assert stock_is(tea, 100 - BUYERS * EACH)


def test_filter_keeps_the_last_one_from_being_sold_twice(tea):
    Product.objects.update(stock=5)
    rule = {"field": "stock", "op": "gt", "value": 0}
    config = {"filter": {"rules": [rule]}, "increments": {"stock": -1}}

    race(*[lambda: buy(Update, collection="shop.product", **config)] * BUYERS)

    assert stock_is(tea, 0)


def test_sql_that_writes_counts_each(tea):
    config = {"sql": "UPDATE shop_product SET stock = stock - 1", "access": "write"}

    race(*[lambda: buy(Sql, **config)] * BUYERS)

    assert stock_is(tea, 100 - BUYERS * EACH)
