"""Aggregate: counts, sums and the like, of all records or by group."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from demo.shop.models import Customer, Order, OrderLine, Product
from handlers.nodes.aggregate import Aggregate
from tests.handlers.conftest import problems, run_node, shape

ORDERS = {"collection": "shop.order"}


@pytest.fixture
def orders(db, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}
    ada = Customer.objects.create(name="Ada", email="ada@example.org")
    bob = Customer.objects.create(name="Bob", email="bob@example.org")
    tea = Product.objects.create(name="Tea", price=2)
    rows = [(ada, "paid", "10.50"), (ada, "unpaid", "1.25"), (bob, "paid", "1.25")]
    made = [
        Order.objects.create(number=str(n), customer=c, status=s, total=Decimal(t))
        for n, (c, s, t) in enumerate(rows)
    ]
    for quantity in (1, 3):
        OrderLine.objects.create(order=made[0], product=tea, quantity=quantity, price=2)
    return made


def worked_out(function="count", **config):
    return run_node(Aggregate, function=function, **{**ORDERS, **config}).result


@pytest.mark.parametrize(
    ("function", "field", "result"),
    [
        ("count", "", 3),
        ("count", "total", 3),
        ("sum", "total", Decimal("13.00")),
        ("min", "total", Decimal("1.25")),
        ("max", "total", Decimal("10.50")),
        ("min", "number", "0"),
        ("count", "paid_at", 0),
        ("sum", "lines.quantity", 4),
        ("max", "customer.name", "Bob"),
        ("count", "customer", 3),
    ],
)
def test_function_of_all_records(function, field, result, orders):
    assert worked_out(function, field=field) == result


def test_average_is_rounded_half_up_if_asked(orders):
    assert worked_out("avg", field="total", places=1) == Decimal("4.3")
    assert worked_out("avg", field="lines.quantity") == 2


@pytest.mark.parametrize(
    ("function", "field", "result"),
    [("count", "total", 2), ("sum", "total", Decimal("11.75")), ("count", "status", 2)],
)
def test_each_value_once(function, field, result, orders):
    assert worked_out(function, field=field, distinct=True) == result


def test_filter_selects(orders):
    rule = {"field": "customer.name", "op": "eq", "value": "Ada"}

    found = worked_out("sum", field="total", filter={"rules": [rule]})

    assert found == Decimal("11.75")


def test_filter_through_a_list_counts_each_record_once(orders):
    rule = {"field": "lines.quantity", "op": "gte", "value": 1}

    found = worked_out("sum", field="total", filter={"rules": [rule]})

    assert found == Decimal("10.50")


def test_groups_have_their_fields_and_a_value(orders):
    assert worked_out(group_by="customer.name, status") == [
        {"customer.name": "Ada", "status": "paid", "value": 1},
        {"customer.name": "Ada", "status": "unpaid", "value": 1},
        {"customer.name": "Bob", "status": "paid", "value": 1},
    ]


@pytest.mark.parametrize(
    ("sort", "names"),
    [("-value", ["Ada", "Bob"]), ("value", ["Bob", "Ada"]), ("group", ["Ada", "Bob"])],
)
def test_groups_are_sorted(sort, names, orders):
    found = worked_out("sum", field="total", group_by="customer.name", sort=sort)

    assert [row["customer.name"] for row in found] == names


def test_groups_are_limited(orders):
    found = worked_out("sum", field="total", group_by="customer.name", limit=1)

    assert found == [{"customer.name": "Ada", "value": Decimal("11.75")}]


def test_group_behind_a_relation_to_many_counts_records_once(orders):
    found = worked_out(group_by="lines.price")

    assert {row["value"] for row in found} == {1, 2}


@pytest.mark.parametrize(
    ("function", "result"),
    [("count", 0), ("sum", 0), ("avg", None), ("min", None), ("max", None)],
)
def test_of_nothing(function, result, db, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}

    assert worked_out(function, field="total") == result


def test_moments_keep_their_type(orders):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    Order.objects.update(created_at=moment)

    assert worked_out("max", field="created_at") == moment


@pytest.mark.parametrize(
    ("config", "field", "problem"),
    [
        ({"function": "sum"}, "field", "Choose the field"),
        ({"distinct": True}, "field", "Choose the field"),
        ({"function": "sum", "field": "number"}, "field", "is no number"),
        ({"function": "avg", "field": "customer.name"}, "field", "is no number"),
        ({"field": "nix"}, "field", "no field 'nix'"),
        ({"field": "customer.user"}, "field", "no field 'user'"),
        ({"group_by": "nix"}, "group_by", "no field 'nix'"),
        ({"function": "median", "field": "total"}, "function", "valid choice"),
        ({"limit": 1_001}, "limit", "less than or equal to 1000"),
        ({"places": 15}, "places", "less than or equal to 14"),
    ],
)
def test_wrong_settings_are_form_errors(config, field, problem, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}

    assert problem in problems(Aggregate, **ORDERS, **config)[field]


def test_path_out_of_the_list_is_refused(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop.order"]}

    found = problems(Aggregate, **ORDERS, function="max", field="customer.email")

    assert "may not touch 'shop.customer'" in found["field"]


@pytest.mark.parametrize(
    ("config", "kind", "fields"),
    [
        ({}, "number", {}),
        ({"function": "max", "field": "created_at"}, "datetime", {}),
        (
            {"group_by": "status, customer.name"},
            "list",
            {"status": "text", "customer.name": "text", "value": "number"},
        ),
        ({"group_by": "nix"}, "any", {}),
    ],
)
def test_shape_says_what_the_result_has(config, kind, fields, settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}

    assert shape(Aggregate, **ORDERS, **config) == (kind, fields)
