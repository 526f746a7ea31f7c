"""Errors tell the expression, the place and the value."""

import ast
import pickle
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import workflows.expressions
from workflows.exceptions import WorkflowError
from workflows.expressions import (
    EvaluationError,
    ExpressionError,
    ExpressionRefused,
    ExpressionSyntaxError,
    UnknownName,
    compile_text,
)
from workflows.expressions.wording import kind, show


def error_of(text: str, **variables: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        compile_text(text).render({"vars": variables})
    return caught.value


@pytest.mark.parametrize(
    "error",
    [EvaluationError, ExpressionRefused, ExpressionSyntaxError, UnknownName],
)
def test_every_error_is_permanent(error):
    assert issubclass(error, ExpressionError)
    assert issubclass(error, WorkflowError)
    assert issubclass(error, ValueError)
    assert error.permanent is True


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ 1 / 0 }}", 'In "{{ 1 / 0 }}" at column 4: Division by zero.'),
        (
            "{{ 'a' + 1 }}",
            "column 4: '+' does not work between a text ('a') and a number (1). '~'",
        ),
        ("{{ SUM('12') }}", "A number is needed, not a text ('12')."),
        ("{{ ABS(none) }}", "A number is needed, not nothing."),
        ("{{ YEAR('soon') }}", "A date is needed, not a text ('soon')."),
        ("{{ 1 < 'a' }}", "'<' does not work between a number (1) and a text ('a')."),
        ("{{ [1, 'a']|sort }}", "that sorts (here are a number, a text) is needed"),
        ("{{ DATEADD('2026-01-01', 1, 'dayz') }}", "Did you mean 'day'?"),
        ("{{ DATEADD('2026-01-01', 1, 'eon') }}", "'eon' is no unit"),
        ("{{ AVERAGE([]) }}", "There is no average of nothing."),
        ("{{ MAX() }}", "There is no extreme of nothing."),
        ("{{ VALUE('12 apples') }}", "'12 apples' is not a number."),
        ("{{ [{'a': 1}]|selectattr('a', 'odds') }}", "Did you mean 'odd'?"),
        ("{{ [{'a': 1}]|selectattr('a', 'zzzz') }}", "'zzzz' is no test."),
        ("{{ [{'a': 1}]|selectattr('a', 'eq') }}", "eq takes 2 arguments, not 1."),
        ("{{ 'a'.items() }}", "A value with items() is needed, not a text ('a')."),
        ("{{ 'a'.upper(1) }}", "upper takes 1 argument, not 2."),
        ("{{ 5[1:2] }}", "A text or list is needed, not a number (5)."),
        ("{{ 1 in 5 }}", "'in' does not work"),
        ("{{ [] in {} }}", "'in' does not work"),
        ("{{ DATE(2026, 2, 30) }}", "Day is out of range for month."),
        ("{{ WEEKDAY('2026-02-02', 9) }}", "9 is neither 1"),
        ("{{ MID('a', 0, 1) }}", "A position, counted from 1, is needed"),
        ("{{ LEN(1 > 2)|list }}", "A text, list or object is needed"),
        ("{{ 1|keys }}", "An object is needed, not a number (1)."),
        ("{{ FIRST(1) }}", "A list is needed"),
        ("{{ UPPER([]) }}", "A text is needed, not a list"),
        ("{{ 1 is upper }}", "A text is needed"),
        ("{{ TEXT(1, 'abc') }}", "'abc' is no format for a number."),
        ("{{ INZONE('2026-01-01', 'UTC') }}", "has no time zone"),
        ("{{ -'a' }}", "A number after '-' is needed"),
        ("{{ 'a' ** 2 }}", "'**' does not work"),
        ("{{ GET({}, 'a.b.c.d.e.f.g.h.i.j.k') }}", "too many keys; the cap is 10."),
        ("{{ ROUND(VALUE('1') / 0) }}", "Division by zero."),
        ("{{ VALUE('-8.0') ** 0.5 }}", "These numbers cannot be calculated with."),
        ("{{ VALUE('--7') }}", "'--7' is not a number."),
        ("{{ VALUE('1') // VALUE('0') }}", "Division by zero."),
        ("{{ DATE('2026-01-01') + 1 }}", "'+' does not work between a date"),
    ],
)
def test_sentence_names_the_culprit(text, sentence):
    assert sentence in str(error_of(text))


def test_long_expression_is_cut_around_the_place():
    text = "a" * 3000 + "{{ 1 / 0 }}" + "b" * 3000

    shown = str(error_of(text))

    assert "aaa{{ 1 / 0 }}bbb" in shown
    assert len(shown) < 200


def test_place_in_several_lines_has_line_and_column():
    assert "at line 2, column 6: Division" in str(error_of("Hello\n  {{ 1 / 0 }}"))


def test_place_after_carriage_return_is_right():
    assert error_of("a\r\n{{ 1 / 0 }}").position == 6


def test_error_survives_pickling():
    error = error_of("{{ 1 / 0 }}")

    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

    assert (str(again), again.position) == (str(error), error.position)


@pytest.mark.parametrize(
    ("value", "shown", "name"),
    [
        ("a" * 50, f"'{'a' * 40}…'", "a text"),
        (2**300, "a number", "a number"),
        (True, "True", "a truth value"),
        (Decimal("1.5"), "1.5", "a number"),
        ({"secret": 1}, "an object", "an object"),
        (datetime(2026, 1, 1), "2026-01-01 00:00:00", "a date with time"),  # noqa: DTZ001
        (object(), "a object", "a object"),
    ],
)
def test_value_is_shown_short_and_without_its_inside(value, shown, name):
    assert (show(value), kind(value)) == (shown, name)


def test_package_knows_nothing_of_django():
    folder = Path(workflows.expressions.__file__).parent
    trees = [ast.parse(path.read_text()) for path in folder.glob("*.py")]
    imports = [node for tree in trees for node in ast.walk(tree)]

    assert not [
        node
        for node in imports
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("django")
        )
        or (isinstance(node, ast.Import) and node.names[0].name.startswith("django"))
    ]


@pytest.mark.parametrize(
    "text", ["ROUND(vars.x)", "vars.x + 1", "vars.x * 1", "-vars.x"]
)
@pytest.mark.parametrize("number", [Decimal("1e2000"), float("inf"), Decimal("nan")])
def test_number_beyond_the_caps_is_refused(text, number):
    with pytest.raises(ExpressionError, match=r"number|too large"):
        compile_text("{{ " + text + " }}").render({"vars": {"x": number}})
