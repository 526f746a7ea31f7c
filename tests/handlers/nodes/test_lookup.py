"""Table lookup: values, ranges, defaults."""

from datetime import date
from decimal import Decimal

import pytest

from handlers.comparisons import NotComparable
from handlers.nodes.lookup import Lookup
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Failed

COUNTRIES = [
    {"is": ["FR", "BE"], "gives": "french"},
    {"is": "DE", "gives": "german"},
    {"is": None, "gives": "nowhere"},
]
SIZES = [
    {"below": 10, "gives": "small"},
    {"from": 10, "below": 20, "gives": "mid"},
    {"from": 20, "gives": "large"},
]


def found(value, rows, **config):
    scope = {"trigger": {"data": value}}
    return run_node(Lookup, scope, value="{{ trigger.data }}", rows=rows, **config)


@pytest.mark.parametrize(
    ("value", "gives"),
    [("FR", "french"), ("BE", "french"), ("DE", "german"), (None, "nowhere")],
)
def test_value_is_found(value, gives):
    assert found(value, COUNTRIES).result == gives


@pytest.mark.parametrize(
    ("value", "gives"),
    [
        (-1, "small"),
        (9.99, "small"),
        (10, "mid"),
        (Decimal("19.99"), "mid"),
        (20, "large"),
        ("15", "mid"),
    ],
)
def test_range_begins_with_from_and_ends_before_below(value, gives):
    assert found(value, SIZES).result == gives


def test_dates_have_ranges_too():
    rows = [{"from": "2026-01-01", "below": "2027-01-01", "gives": 26}]

    assert found(date(2026, 12, 31), rows, default=0).result == 26
    assert found(date(2027, 1, 1), rows, default=0).result == 0


def test_first_row_that_fits_counts():
    rows = [{"is": 1, "gives": "a"}, {"from": 0, "gives": "b"}]

    assert found(1, rows).result == "a"


def test_nothing_is_in_no_range():
    assert found(None, SIZES, default="none").result == "none"


def test_default_may_be_an_expression():
    assert found("XX", COUNTRIES, default="{{ trigger.data }}?").result == "XX?"


def test_missing_row_fails_if_asked():
    answer = found("XX", COUNTRIES, otherwise="fail")

    assert answer == Failed("No row of the table fits 'XX'.")


def test_row_gives_what_its_expression_says():
    rows = [{"is": 1, "gives": {"twice": "{{ trigger.data * 2 }}"}}]

    assert found(1, rows).result == {"twice": 2}


def test_text_without_order_to_a_range_is_told():
    with pytest.raises(NotComparable, match="'many' .* cannot be compared with 'lt'"):
        found("many", SIZES)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "required"),
        ({"FR": 1}, "Enter a list of rows"),
        ([1], "Row 1: it is no object"),
        ([{"is": 1}], "say what it gives"),
        ([{"gives": 1}], "give either 'is'"),
        ([{"is": 1, "from": 1, "gives": 1}], "give either 'is'"),
        ([*COUNTRIES, {"is": 1, "gives": 1, "to": 2}], "Row 4: 'to' is no part"),
        ([{"is": 1, "gives": 1}] * 501, "more than 500 rows"),
        ("{{ trigger.data }}", "Enter a list of rows"),
    ],
)
def test_wrong_table_is_a_form_error(rows, problem):
    assert problem in problems(Lookup, value=1, rows=rows)["rows"]
