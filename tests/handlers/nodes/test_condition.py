"""Condition: branches, or an end unless it is true."""

from datetime import date
from decimal import Decimal

import pytest

from handlers.comparisons import NotComparable
from handlers.fields import NotABoolean
from handlers.nodes.condition import Condition
from tests.conftest import NOW
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Failed, Succeeded


def rule(left, op, value=None):
    return {"left": left, "op": op, "value": value}


def decide(*rules, match="all"):
    return run_node(Condition, rules={"match": match, "rules": list(rules)}).result


def test_without_configuration_it_is_true():
    assert run_node(Condition) == Succeeded(True, branch="yes")


def test_false_takes_the_branch_no():
    answer = run_node(Condition, by="expression", expression="{{ 1 > 2 }}")

    assert answer == Succeeded(False, branch="no")


def test_false_fails_where_only_true_continues():
    rules = {"rules": [rule(1, "eq", 2)]}

    answer = run_node(Condition, mode="continue", rules=rules)

    assert answer == Failed("The condition is not met.", False)


def test_true_continues_without_a_branch():
    assert run_node(Condition, mode="continue") == Succeeded(True)


@pytest.mark.parametrize("value", [1, "true", None, [], "{{ x }}"])
def test_expression_must_give_true_or_false(value):
    scope = {"trigger": {"data": value}}

    with pytest.raises(NotABoolean, match="must give true or false"):
        run_node(Condition, scope, by="expression", expression="{{ trigger.data }}")


def test_expression_without_braces_is_a_form_error():
    found = problems(Condition, by="expression", expression="total > 100")

    assert "double braces" in found["expression"]


def test_missing_expression_is_a_form_error():
    assert "expression" in problems(Condition, by="expression")


def test_all_rules_must_hold():
    assert decide(rule(1, "eq", 1), rule(1, "eq", 2)) is False


def test_any_rule_may_hold():
    assert decide(rule(1, "eq", 1), rule(1, "eq", 2), match="any") is True


def test_groups_nest():
    inner = {"match": "any", "rules": [rule(1, "eq", 2), rule(3, "gt", 2)]}

    assert decide(rule("a", "eq", "a"), inner) is True


@pytest.mark.parametrize(
    ("left", "op", "right"),
    [
        (1, "eq", "1"),
        (Decimal("1.5"), "eq", 1.5),
        ("10", "gt", 9),
        (None, "eq", None),
        (None, "ne", 0),
        (5, "between", [1, 5]),
        (5, "in", ["5", 6]),
        (5, "not_in", [6]),
        (["a", "b"], "contains", "a"),
        ("Apple", "icontains", "aPP"),
        ("apple", "starts_with", "app"),
        ("apple", "ends_with", "ple"),
        ("", "is_empty", None),
        ([], "is_empty", None),
        (0, "is_not_empty", None),
        (NOW, "gt", "2026-11-22T08:59:00+00:00"),
        (NOW, "gt", date(2026, 11, 22)),
        (date(2026, 1, 2), "eq", "2026-01-02"),
        (NOW.replace(tzinfo=None), "eq", NOW),
        (0, "eq", False),
        ("b", "gt", "a"),
    ],
)
def test_comparison_holds(left, op, right):
    assert decide(rule(left, op, right)) is True


@pytest.mark.parametrize(
    ("left", "op", "right"),
    [
        (None, "lt", 1),
        (1, "gte", None),
        (0, "eq", None),
        (0, "is_empty", None),
        ("a", "contains", "A"),
        (None, "contains", "a"),
        (NOW, "eq", "2026-13-45"),
    ],
)
def test_comparison_does_not_hold(left, op, right):
    assert decide(rule(left, op, right)) is False


@pytest.mark.parametrize(
    ("left", "op", "right"),
    [(1, "lt", "apple"), ([], "gt", 1), (1, "in", 1), (1, "between", [1])],
)
def test_what_has_no_order_is_told(left, op, right):
    with pytest.raises(NotComparable, match="cannot be compared"):
        decide(rule(left, op, right))


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([], "group of rules"),
        ({"rules": [{"left": 1, "op": "regex", "value": 1}]}, "operator 'regex'"),
        ({"rules": [{"left": 1, "op": "eq"}]}, "lacks 'value'"),
        ({"rules": [{"op": "is_empty"}]}, "lacks 'left'"),
        ({"rules": [rule(1, "eq") | {"or": 1}]}, "'or' is no part"),
        ({"rules": [], "match": "none"}, "'all' or 'any'"),
        ({"rules": [{"rules": []}]}, "needs a rule"),
        ({"rules": ["x"]}, "A rule is an object"),
    ],
)
def test_wrong_shape_is_a_form_error(rules, problem):
    assert problem in problems(Condition, rules=rules)["rules"]


def test_typed_text_that_is_no_json_is_a_form_error():
    form = Condition.form_class(data={"rules": "total > 5"})

    assert "Enter a valid JSON." in form.errors["rules"]


def test_deep_nesting_is_a_form_error():
    rules = {"rules": [rule(1, "eq")]}
    for _level in range(12):
        rules = {"rules": [rules]}

    assert "too deeply" in problems(Condition, rules=rules)["rules"]


def test_too_many_rules_are_a_form_error():
    rules = {"rules": [rule(1, "eq")] * 201}

    assert "More than 200" in problems(Condition, rules=rules)["rules"]


def test_only_the_taken_branch_runs(make_version, run):
    branches = {
        name: [{"key": name, "type": "calculation", "config": {"value": name}}]
        for name in ("yes", "no")
    }
    config = {"by": "expression", "expression": "{{ now.year < 2000 }}"}
    node = {"key": "if", "type": "condition", "config": config, "branches": branches}

    execution = run(make_version(node))

    assert [job.node_key for job in execution.jobs.all()] == ["if", "no"]
