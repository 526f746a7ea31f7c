"""JSON query: JMESPath with types kept and limits."""

import time
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from handlers.jmes import QueryFailed, QueryRefused, search
from handlers.nodes.json_query import JsonQuery
from tests.handlers.conftest import problems, run_node
from workflows.exceptions import WorkflowError

LINES = [
    {"sku": "tea", "price": Decimal("2.50"), "on": date(2026, 1, 2), "n": 3},
    {"sku": "cup", "price": 3.5, "on": date(2026, 1, 1), "n": 1},
]
SOURCE = {"lines": LINES, "id": UUID(int=7), "at": datetime(2026, 1, 1), "none": None}  # noqa: DTZ001 - any


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lines[0].price", Decimal("2.50")),
        ("lines[?price > `3`].sku", ["cup"]),
        ("lines[1:].{id: sku, count: n}", [{"id": "cup", "count": 1}]),
        ("lines[].n | sum(@)", 4),
        ("sum(lines[].price)", Decimal("6.0")),
        ("avg(lines[].price)", 3),
        ("max(lines[0].[price, n])", 3),
        ("sort_by(lines, &on)[].sku", ["cup", "tea"]),
        ("max_by(lines, &price).sku", "cup"),
        ("lines[?on >= '2026-01-02'].sku", ["tea"]),
        ("lines[?on == '2026-01-02'].sku", ["tea"]),
        ("lines[?sku < on].sku", []),
        ("lines[?on > `1`]", []),
        ("id == '00000000-0000-0000-0000-000000000007'", True),
        ("[[`1`, `2`], `3`][]", [1, 2, 3]),
        ("to_string(lines[0].price)", "2.50"),
        ("to_string(at)", "2026-01-01T00:00:00"),
        ("to_string(`[1]`)", "[1]"),
        ("to_string('a')", "a"),
        ("to_number(lines[0].price)", Decimal("2.50")),
        ("to_number('12')", 12),
        ("type(lines[0].price)", "number"),
        ("type(at)", "string"),
        ("type(lines)", "array"),
        ("join('-', lines[].sku)", "tea-cup"),
        ("avg(`[]`)", None),
        ("nix.nix", None),
        ("none[]", None),
    ],
)  # fmt: skip
def test_query_finds(query, found):
    assert run_node(JsonQuery, source=SOURCE, query=query).result == found


def test_source_may_be_an_expression():
    scope = {"trigger": {"data": SOURCE}}
    config = {"source": "{{ trigger.data.lines }}", "query": "[1].sku"}

    assert run_node(JsonQuery, scope, **config).result == "cup"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "required"),
        ("lines[", "at column 7"),
        ("lines[?n = `1`]", "at column"),
        ("'open", "at column 1"),
        ("nix(@)", "no function 'nix'. Functions: abs, avg"),
        ("[" * 31, "more than 30 brackets"),
        ("!" * 1_999 + "@", "nested too deeply"),
        ("@" + "|@" * 600, "more than 500"),
        ("`" + "[" * 1_990 + "`", "more than 30 brackets"),
        ("a" * 2_001, "2000"),
    ],
)
def test_wrong_query_is_a_form_error(query, problem):
    assert problem in problems(JsonQuery, source=1, query=query)["query"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("sum(lines)", r"sum\(\) takes array-number, not .* \(dict\)"),
        ("length(`1`)", r"length\(\) takes string, array, object, not '1'"),
        ("abs(@, @)", r"Expected 1 argument for function abs\(\), received 2"),
        ("lines[0:1:0]", "step"),
        ("contains('a', `1`)", "requires string"),
        ("sort_by([lines[0].on, at], &@)", "can't compare"),
        ("sort_by(lines, &@)", r"sort_by\(\) takes string, number"),
    ],
)
def test_values_that_do_not_fit_are_told(query, problem):
    with pytest.raises(QueryFailed, match=problem):
        run_node(JsonQuery, source=SOURCE, query=query)


HOSTILE = [
    "|".join(["[@,@]"] * 60),
    "|".join(["[@,@][]"] * 60),
    "|".join(["[@,@]"] * 40) + "|to_string(@)",
    "|".join(["[@,@]"] * 40) + "|[?@ == @]",
    "|".join(["{a:@,b:@}"] * 60),
    "|".join(["[@,@][]"] * 12) + "|" + "|".join(["map(&length(@), @)"] * 3),
    "[" + ",".join(["text"] * 100) + "]|join(@[0], @)",
    "[" + ",".join(["list"] * 90) + "][]|[*].[@,@,@,@,@,@]",
    "map(&join(',', [@,@]), [text, text])",
    "sort_by(list, &to_string(@))|[@,@,@,@]|sort_by(@, &to_string(@))",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_query_is_refused_at_once(query):
    source = {"text": "a" * 900_000, "list": list(range(50_000)), "a": [[1]]}
    before = time.process_time()

    with pytest.raises(WorkflowError, match=r"\.$"):
        search(query, source)

    assert time.process_time() - before < 0.5


TOKENS = [
    *("lines", "id", "at", "none", "@", "*", "[]", "[*]", "[0]", "[1:2]", ".", "|"),
    *("[?", "]", "(", ")", "{a: ", "}", "&", ",", "==", "<", "&&", "||", "!", "`1`"),
    *("`[1, 2]`", "'a'", "sum(", "sort_by(", "map(", "join(", "to_number(", "merge("),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=12))
def test_random_queries_raise_only_sentences(tokens):
    with suppress(QueryRefused, QueryFailed):
        search("".join(tokens), SOURCE)
