"""Calculation: a value by an expression."""

from decimal import Decimal

import pytest

from handlers.nodes.calculation import Calculation
from tests.handlers.conftest import run_node


@pytest.mark.parametrize("value", [5, 0, False, "text", "", [], {}, {"a": [1]}, None])
def test_constant_is_the_result(value):
    assert run_node(Calculation, value=value).result == value


@pytest.mark.parametrize("value", [5, Decimal("1.50"), "{{ text }}", [], {}, None, ""])
def test_expression_keeps_the_type(value):
    scope = {"trigger": {"data": value}}

    assert run_node(Calculation, scope, value="{{ trigger.data }}").result == value


def test_without_value_the_result_is_nothing():
    assert run_node(Calculation).result is None


def test_later_node_reads_the_result(make_version, run):
    first = {"key": "a", "type": "calculation", "config": {"value": "{{ 2 * 3 }}"}}
    config = {"value": "{{ nodes.a + 1 }}"}
    second = {"key": "b", "type": "calculation", "config": config}

    execution = run(make_version(first, second))

    assert execution.jobs.get(node_key="b").result == 7
