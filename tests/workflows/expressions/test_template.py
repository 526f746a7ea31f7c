"""Texts are compiled once, keep types, and know their names."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from workflows.expressions import (
    ExpressionRefused,
    ExpressionSyntaxError,
    UnknownName,
    compile_text,
    is_expression,
)


@dataclass(frozen=True)
class Loop:
    item: object
    index: int


SCOPE: dict[str, Any] = {
    "trigger": {
        "date": datetime(2026, 1, 31, tzinfo=UTC),
        "data": {"items": [1], "n": 0},
    },
    "nodes": MappingProxyType({"n1": {"total": 3}}),
    "loop": Loop("tea", 2),
    "vars": {"key": "total", "nothing": None, "_id": 1},
}


def render(text: str) -> Any:
    return compile_text(text).render(SCOPE)


@pytest.mark.parametrize(
    ("value", "expected"), [("{{ a }}", True), ("a", False), (1, False), ("{a}", False)]
)
def test_double_braces_make_an_expression(value, expected):
    assert is_expression(value) is expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ 1 + 1 }}", 2),
        ("{{ trigger.date }}", SCOPE["trigger"]["date"]),
        ("{{ nodes.n1[vars.key] }}", 3),
        ("{{ nodes.n1 }}", {"total": 3}),
        ("{{ loop.item ~ loop.index }}", "tea2"),
        ("{{ trigger.data.items }}", [1]),
        ("{{ trigger.data.items() }}", [["items", [1]], ["n", 0]]),
        ("{{ trigger.data['items'][0] }}", 1),
        ("{{ vars.nothing }}", None),
        ("{{ 1, 2 }}", [1, 2]),
        ("{{ '}}' }}", "}}"),
        ("{{ {'a': {'b': 1}} }}", {"a": {"b": 1}}),
        ("{{ 1 if false }}", None),
        ("{{ 0 or 'x' }}", "x"),
        ("{{ -nodes.n1.total }}", -3),
        ("{{ +nodes.n1.total }}", 3),
    ],
)
def test_single_expression_keeps_its_type(text, value):
    found = render(text)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a{{ 1 }}b", "a1b"),
        (" {{ 1 }}", " 1"),
        ("{{ 1 }}\n", "1\n"),
        ("{{ 1 }}{{ vars.nothing }}{{ 2 }}", "12"),
        ("a\r\nb {{ 1 }}\r\n", "a\r\nb 1\r\n"),
        ("a  {{- 1 -}}  b", "a1b"),
        ("{{ [1, 'a'] }}!", "[1, 'a']!"),
        ("100% {sure} }}", "100% {sure} }}"),
    ],
)
def test_text_around_makes_a_text(text, value):
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("none", set()),
        ("{{ nodes.n1.total }}", {("nodes", "n1", "total")}),
        ("{{ nodes['n1'].total }}", {("nodes", "n1", "total")}),
        ("{{ nodes.n1.lines[0].price }}", {("nodes", "n1", "lines")}),
        ("{{ nodes[vars.key].x }}", {("nodes",), ("vars", "key")}),
        ("{{ a.b.upper() }} {{ c|d }}", {("a", "b"), ("c",)}),
        ("{{ SUM(a.b, c is defined) }}", {("a", "b"), ("c",)}),
        ("{{ TODAY() }}", {("now",)}),
        ("{{ TODAY(trigger.date) }}", {("trigger", "date")}),
        ("{{ a[1:b] }}", {("a",), ("b",)}),
        ("{{ IF(a, b, c) }}", {("a",), ("b",), ("c",)}),
    ],
)
def test_names_are_the_paths_as_deep_as_written(text, names):
    assert compile_text(text).names == names


@pytest.mark.parametrize(
    "text",
    [
        "{{ IF(true, 1, 1 / 0) }}",
        "{{ IF(vars.x is defined, vars.x, 1) }}",
        "{{ 1 if true else vars.x }}",
        "{{ COALESCE(none, 1, vars.x) }}",
        "{{ vars.x.y.z|default(1) }}",
        "{{ 1 if vars.key is defined else vars.x }}",
        "{{ unheard|default(1) }}",
        "{{ vars.nothing|default(1, boolean=true) }}",
        "{{ 1|default(2) }}",
        "{{ SUM(OR(true, vars.x), 0) }}",
        "{{ 1 + SUM(AND(false, vars.x), 0) }}",
    ],
)
def test_what_is_not_needed_may_be_missing(text):
    assert render(text) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ nodes.n1.totl }}", "'nodes.n1.totl' is unknown. .* mean 'total'"),
        ("{{ nodes.n2.total }}", "'nodes.n2.total' is unknown. An object has no 'n2'"),
        ("{{ nods.n1 }}", "'nods' is unknown here. Did you mean 'nodes'"),
        ("{{ trigger.data.items[3] }}", "no 3. Its length is 1"),
        ("{{ trigger.date.zone }}", "A date with time has no 'zone'"),
        ("{{ loop.length }}", "has no 'length'"),
        ("{{ (vars.x + 1)|default(0) }}", "'vars.x' is unknown"),
        ("{{ COALESCE(vars.x, 1) }}", "'vars.x' is unknown"),
        ("{{ vars.x if vars.x else 1 }}", "'vars.x' is unknown"),
        ("{{ 1 and vars.x }}", "'vars.x' is unknown"),
        ("{{ 1|uper }}", "no filter 'uper'. Did you mean 'upper'"),
        ("{{ sum(1) }}", "no function 'sum'. Did you mean 'SUM'"),
        ("{{ 1 is nmber }}", "no test 'nmber'. Did you mean 'number'"),
    ],
)
def test_what_is_missing_is_named(text, sentence):
    with pytest.raises(UnknownName, match=sentence):
        render(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ }}", "Expected an expression"),
        ("{{ 1 + }}", "column 8"),
        ("{{ 1", "column"),
        ("{{ 'a }}", "column 4"),
        ("{{ a ! b }}", "column 6: unexpected char"),
        ("{{ ROUND() }}", "ROUND takes 1 to 2 arguments, not 0"),
        ("{{ ABS(1, 2) }}", "takes 1 argument, not 2"),
        ("{{ SUBSTITUTE('a') }}", "takes 3 arguments, not 1"),
        ("{{ AND() }}", "takes at least 1 argument, not 0"),
        ("{{ ROUND(1, digits=2) }}", "has no argument 'digits'"),
        ("{{ IF(1, then=2) }}", "has no argument 'then'"),
        ("{{ 'a'.upper(x=1) }}", "no named arguments"),
        ("{{ SUM }}", "SUM is a function"),
        ("{{ 1 is defined }}", "Only names can be asked"),
        ("{% if a %}", r"Statements .* Write \{\{ '\{%' \}\}"),
        ("{# a #}", "Comments"),
    ],
)
def test_fault_of_language_is_told(text, sentence):
    with pytest.raises(ExpressionSyntaxError, match=sentence):
        compile_text(text)


def test_scope_that_changes_while_reading_is_told():
    class Late(dict[str, str]):
        def __missing__(self, key):
            self[key] = "late"
            raise KeyError(key)

    with pytest.raises(UnknownName, match=r"'vars.x' is unknown"):
        compile_text("{{ vars.x }}").render({"vars": Late()})


def test_key_with_underscore_is_read_by_get_only():
    assert render("{{ vars.get('_id') }}") == 1
    with pytest.raises(ExpressionRefused, match="private"):
        render("{{ vars._id }}")


def test_same_text_is_compiled_once():
    assert compile_text("{{ a.b }}") is compile_text("{{ a.b }}")


def test_template_cannot_be_changed():
    with pytest.raises(FrozenInstanceError, match="source"):
        setattr(compile_text("{{ 1 }}"), "source", "")  # noqa: B010  mypy knows


def test_threads_share_a_template():
    template = compile_text("{{ ROUND(vars.n * 1.5, 1) ~ '-' ~ vars.n }}")
    numbers = range(500)

    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda n: template.render({"vars": {"n": n}}), numbers)
        )

    assert found == [f"{n * 1.5}-{n}" for n in numbers]
