"""What a card says of the settings of its node: words, and no JSON."""

from datetime import date
from decimal import Decimal

import pytest

from tests.nodes import node
from workflows.editor import marks

pytestmark = pytest.mark.usefixtures("nodes")


def summary(value):
    definition = {"schema": 1, "nodes": [node("echo", value, "a")]}
    return next(mark.summary for mark in marks(definition) if mark.kind == "node")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("text", "text"),
        (["paid", "open"], "paid, open"),
        ([1, Decimal("2.50"), date(2026, 1, 2)], "1, 2.50, 2026-01-02"),
        ({"status": "paid"}, "status = paid"),
        ({"status": "paid", "total": 5}, "status = paid, total = 5"),
        ({"a": 1, "b": 2, "c": 3}, "3 values: a, b, c"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "4 values: a, b, c, …"),
        ({"a": {"b": 1}}, "1 value: a"),
        ([{"name": "status", "kind": "text"}], "1 value: status"),
        ([{"x": 1}, {"to": "a@b.c"}], "2 values: a@b.c, …"),
        ([[1, 2], {"key": "k"}], "2 values: 1, 2, k"),
        ([{"x": 1}], "1 value: …"),
        ([True, None, 1.5], "true, null, 1.5"),
        (
            {"match": "all", "rules": [{"field": "total", "op": "gt", "value": 5}]},
            "total gt 5",
        ),
    ],
)
def test_settings_are_said_in_words(value, said):
    assert summary(value) == said


def test_a_long_summary_is_cut():
    assert len(summary({f"name_{'x' * 30}{n}": n for n in range(9)})) == 60
