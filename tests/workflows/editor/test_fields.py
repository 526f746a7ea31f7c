"""The fields that a filter over a collection is offered."""

import pytest

from demo.shop.models import Order
from workflows.editor.fields import fields_of


@pytest.fixture
def offered():
    return {row["path"]: row for row in fields_of(Order)}


def test_columns_are_offered_with_a_title_and_a_kind(offered):
    assert offered["total"]["title"] == "total"
    assert offered["total"]["kind"] == "number"


def test_related_fields_are_offered_one_level_deep(offered):
    assert offered["customer.name"]["title"] == "customer: name"
    assert "lines.quantity" in offered
    assert not any(path.count(".") > 1 for path in offered)


def test_operators_are_those_that_fit(offered):
    assert "contains" in offered["number"]["ops"]
    assert "contains" not in offered["total"]["ops"]
    assert "gt" in offered["total"]["ops"]
    assert "gt" not in offered["customer"]["ops"]


def test_fields_that_may_be_set_are_told_from_others(offered):
    settable = {path for path, row in offered.items() if row["settable"]}

    assert {"number", "customer", "total"} <= settable
    assert not any("." in path for path in settable)
    assert "id" not in settable


def test_fields_that_a_record_needs_are_marked(offered):
    required = {path for path, row in offered.items() if row["required"]}

    assert required == {"number", "customer"}


def test_hidden_fields_are_left_out(settings):
    settings.WORKFLOWS = {
        "COLLECTIONS": ["shop"],
        "HIDDEN_FIELDS": ["shop.order.total", "shop.customer.name"],
    }

    paths = {row["path"] for row in fields_of(Order)}

    assert "status" in paths
    assert paths.isdisjoint({"total", "customer.name"})


def test_relations_out_of_the_allow_list_are_not_followed(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop.order"]}

    paths = {row["path"] for row in fields_of(Order)}

    assert "customer" in paths
    assert not any("." in path for path in paths)
