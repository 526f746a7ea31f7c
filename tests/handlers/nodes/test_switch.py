"""The node with many conditions, each with a branch of its own."""

import pytest

from handlers.nodes.switch import Switch
from tests.handlers.conftest import problems, run_node, shape
from tests.nodes import node
from workflows import services
from workflows.contracts import Failed

DATA = {"trigger": {"data": {"total": 7, "status": "paid"}}}
PAID = {"left": "{{ trigger.data.status }}", "op": "eq", "value": "paid"}


def asks(name, expression, **values):
    return {"name": name, "expression": expression, **values}


def switch(*cases, **config):
    return run_node(Switch, scope=DATA, cases=list(cases), **config)


SMALL = asks("small", "{{ trigger.data.total < 5 }}")
LARGE = asks("large", "{{ true }}")


def test_the_first_case_that_is_met_chooses_its_branch():
    answer = switch(SMALL, asks("middle", "{{ trigger.data.total < 9 }}"), LARGE)

    assert (answer.branch, answer.result) == ("middle", {"case": "middle"})


def test_the_log_says_what_each_case_gave():
    assert switch(SMALL, LARGE).log == "small: no\nlarge: yes"


def test_later_cases_are_not_asked():
    assert switch(LARGE, asks("broken", "{{ 1 / 0 > 1 }}")).branch == "large"


def test_rules_decide_as_in_a_condition():
    paid = {"name": "paid", "rules": {"match": "any", "rules": [PAID]}}

    assert switch(SMALL, paid).branch == "paid"


def test_without_a_match_it_is_otherwise():
    answer = switch(SMALL)

    assert (answer.branch, answer.result) == ("otherwise", {"case": "otherwise"})


def test_without_a_match_it_may_fail():
    assert switch(SMALL, no_match="fail") == Failed("No case is met.", {"case": None})


def test_the_branch_of_the_case_runs_and_then_what_follows(make_version, run):
    branches = {name: [node("echo", 1, name)] for name in ("small", "large")}
    config = {"cases": [asks("small", "{{ 1 > 2 }}"), LARGE]}
    first = {"key": "switch", "type": "switch", "config": config}

    execution = run(make_version({**first, "branches": branches}, node("echo")))

    keys = execution.jobs.order_by("number").values_list("node_key", flat=True)
    assert list(keys) == ["switch", "large", "echo"]


def test_a_case_that_cannot_be_decided_takes_no_branch(make_version, run):
    config = {"cases": [asks("vague", "{{ 1 + 1 }}"), LARGE]}
    branches = {"large": [node("echo")]}
    first = {"key": "switch", "type": "switch", "config": config}

    execution = run(make_version({**first, "branches": branches}))

    assert execution.status == "error"
    assert "must give true or false" in execution.jobs.get().error


def test_its_branches_are_named_by_its_cases():
    cases = [asks("small", "{{ 1 > 2 }}", title="Few things"), LARGE]

    found = Switch().branches_for({"cases": cases})

    assert dict(found) == {
        "small": "Few things",
        "large": "large",
        "otherwise": "Otherwise",
    }


@pytest.mark.parametrize("config", [{}, {"cases": 7}, {"cases": [1, {"name": 2}]}])
def test_wrong_settings_name_no_branches(config):
    assert list(Switch().branches_for(config)) == ["otherwise"]


def test_a_branch_without_a_case_is_a_problem(make_version):
    first = {"key": "s", "type": "switch", "config": {"cases": [LARGE]}}
    version = make_version({**first, "branches": {"small": []}})

    [problem] = services.problems_of(version)
    assert str(problem) == "s: It has no branch 'small'; it has: large, otherwise."


def test_an_unknown_name_in_a_case_is_a_problem(make_version):
    config = {"cases": [asks("a", "{{ nodes.nobody > 1 }}")]}
    version = make_version({"key": "s", "type": "switch", "config": config})

    [problem] = services.problems_of(version)
    assert (problem.field, "nobody" in problem.message) == ("cases", True)


def test_its_result_has_a_shape():
    assert shape(Switch, cases=[LARGE]) == ("object", {"case": "text"})


@pytest.mark.parametrize(
    ("cases", "sentence"),
    [
        ([], "This field is required."),
        ({"a": 1}, "Enter a list of 1 to 50 cases"),
        ([LARGE] * 51, "Enter a list of 1 to 50 cases"),
        (["a"], "A case is an object with a name, not a."),
        ([{"expression": "{{ 1 }}"}], "A case is an object with a name"),
        ([asks("Large", "{{ 1 }}")], "Large: A name has small letters"),
        ([asks("otherwise", "{{ 1 }}")], "is not 'otherwise'"),
        ([asks("a", "{{ 1 }}", colour="red")], "a: 'colour' is no part of a case"),
        ([asks("a", "{{ 1 }}", title=1)], "a: A title is a text."),
        ([{"name": "a"}], "a: Give either rules or an expression."),
        ([asks("a", "{{ 1 }}", rules={})], "a: Give either rules or an expression."),
        ([asks("a", "1 > 0")], "a: Write the condition in double braces"),
        ([{"name": "a", "rules": {"rules": [{"op": "?"}]}}], "a: There is no operator"),
        ([LARGE, LARGE], "Two cases are called 'large'."),
        ("oops", "Enter a list of 1 to 50 cases"),
    ],
)
def test_the_form_names_faults(cases, sentence):
    assert sentence in problems(Switch, cases=cases)["cases"]
