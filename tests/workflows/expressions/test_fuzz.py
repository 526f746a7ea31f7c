"""Laws that hold for any expression."""

import string
import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from html import escape, unescape

from hypothesis import given, settings, strategies as st

from workflows.expressions import (
    ExpressionError,
    compile_lines,
    compile_text,
    compile_value,
)
from workflows.expressions.filters import FILTERS
from workflows.expressions.functions import FUNCTIONS
from workflows.expressions.methods import METHODS
from workflows.expressions.questions import QUESTIONS

SCOPE = {
    "trigger": {
        "date": datetime(2026, 1, 31, 9, tzinfo=UTC),
        "data": {"total": Decimal("10.5"), "lines": [{"price": 1.5}], "name": "ada"},
    },
    "vars": {"none": None, "list": [3, 1, 2], "nan": float("nan")},
    "now": datetime(2026, 3, 29, tzinfo=UTC),
}
TOKENS = [
    *(f"{name}(" for name in FUNCTIONS),
    *(f"|{name}" for name in FILTERS),
    *(f" is {name}" for name in QUESTIONS),
    *(f".{name}(" for name in METHODS),
    *"()[]{},:.|~+-*/%<>=!'\"_$\\",
    *("**", "//", "==", "<=", " in ", " not ", " and ", " or ", " if ", " else "),
    *("{{", "}}", "{%", "{#", "\n", "\r", "-}}", "{{-"),
    *("0", "1", "2.5", "1e308", "99999999999", "true", "none", "'a'", "'2026-01-31'"),
    *("trigger.date", "trigger.data", "vars.list", "vars.nan", "now", "loop"),
    *("attribute='price'", "'days'", "'%d'", "'0.00'", "[1, 2]", "{'a': 1}", "é"),
]
ARGUMENTS = st.sampled_from(
    [
        *("1", "-2", "0.5", "none", "true", "'a'", "'12'", "'2026-01-31'", "[3, 1]"),
        *("trigger.data", "trigger.data.lines", "trigger.date", "vars.nan", "'days'"),
        *("10**30", "VALUE('1e500')", "{'a': [1]}", "'price'", "1e308", "'0.0%'"),
    ]
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.decimals(), st.dates()
)


def outcome(text: str) -> object:
    """Return the value of a text, or the sentence of its refusal."""
    before = time.perf_counter()
    try:
        return compile_text.__wrapped__(text).render(SCOPE)
    except ExpressionError as error:
        return str(error)
    finally:
        assert time.perf_counter() - before < 1


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=12))
def test_random_tokens_raise_only_expression_errors(tokens):
    outcome("{{ " + "".join(tokens) + " }}")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=8), st.text(), st.booleans())
def test_random_lines_give_a_text_or_expression_errors(tokens, text, html):
    source = f"{text}{{{{ {''.join(tokens)} }}}}{text}"
    with suppress(ExpressionError):
        assert isinstance(compile_lines(source, html=html).render(SCOPE), str)


@given(st.text(), st.text(string.printable.replace("{", "")))
def test_html_never_has_a_tag_of_a_value(value, text):
    found = compile_lines(text + "{{ vars.x }}", html=True).render(
        {"vars": {"x": value}}
    )

    escaped = found[len(text) :]
    assert not set("<>\"'") & set(escaped)
    assert unescape(escaped) == unescape(escape(value))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("{}%#-|()'\" \r\na1.~"), max_size=40))
def test_random_text_raises_only_expression_errors(text):
    outcome(text)


@settings(max_examples=800, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(ARGUMENTS, max_size=4))
def test_function_with_any_arguments_raises_only_expression_errors(name, arguments):
    outcome("{{ " + f"{name}({', '.join(arguments)})" + " }}")


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(FILTERS)), st.lists(ARGUMENTS, min_size=1, max_size=4))
def test_filter_with_any_arguments_raises_only_expression_errors(name, arguments):
    outcome("{{ " + f"({arguments[0]})|{name}({', '.join(arguments[1:])})" + " }}")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "<", "==", "in"]),
    ARGUMENTS,
    ARGUMENTS,
)
def test_operator_with_any_values_raises_only_expression_errors(symbol, left, right):
    outcome("{{ " + f"({left}) {symbol} ({right})" + " }}")


@given(VALUES)
def test_single_expression_returns_the_value_itself(value):
    found = compile_text("{{ vars.x }}").render({"vars": {"x": value}})

    assert found is value


@given(VALUES, st.text(string.printable.replace("{", ""), min_size=1))
def test_interpolation_is_concatenation(value, text):
    found = compile_text(text + "{{ vars.x }}" + text).render({"vars": {"x": value}})

    assert found == text + ("" if value is None else str(value)) + text


@given(
    st.recursive(
        VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_value_without_braces_is_returned_itself(value):
    if "{" not in repr(value).replace("{}", "").replace("{'", ""):
        assert compile_value(value).render({}) is value


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6))
def test_integers_calculate_as_in_python(left, right):
    scope = {"vars": {"a": left, "b": right}}
    found = compile_text("{{ [vars.a + vars.b, vars.a * vars.b, vars.a < vars.b] }}")

    assert found.render(scope) == [left + right, left * right, left < right]
