"""Text template: lines with expressions, and HTML."""

import pytest

from handlers.nodes.template import Template
from tests.handlers.conftest import problems, run_node
from workflows.expressions import EvaluationError, UnknownName


def filled(text, data=None, **config):
    return run_node(Template, {"trigger": {"data": data}}, text=text, **config).result


def test_lines_are_filled_and_kept():
    text = "\n Dear {{ trigger.data.name | upper }},\n\n  see you\n"

    assert filled(text, {"name": "Ada"}) == "\n Dear ADA,\n\n  see you\n"


def test_ends_of_lines_of_browsers_are_read():
    assert filled("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    ("data", "text"), [(3, "3"), (None, ""), ([1, "a"], "[1, 'a']"), (True, "True")]
)
def test_result_is_always_a_text(data, text):
    assert filled("{{ trigger.data }}", data) == text


def test_html_is_escaped_if_asked():
    name = "<script>'R&D'</script>"

    assert filled("<b>{{ trigger.data }}</b>", name, html=True) == (
        "<b>&lt;script&gt;&#x27;R&amp;D&#x27;&lt;/script&gt;</b>"
    )
    assert filled("<b>{{ trigger.data }}</b>", name) == f"<b>{name}</b>"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("{{ trigger.data | safe }}", "<i>"),
        ("{{ trigger.data | escape }}", "&lt;i&gt;"),
        ("{{ (trigger.data | safe) ~ '<b>' }}", "&lt;i&gt;&lt;b&gt;"),
        ("{{ (trigger.data | safe) | upper }}", "&lt;I&gt;"),
    ],
)
def test_only_what_is_called_safe_stays_html(expression, result):
    assert filled(expression, "<i>", html=True) == result


def test_braces_in_a_value_are_text():
    assert filled("{{ trigger.data }}", "{{ now }}") == "{{ now }}"


@pytest.mark.parametrize(
    ("text", "error", "problem"),
    [
        ("{{ trigger.data.nix }}", UnknownName, "trigger.data.nix"),
        ("a {{ 1 / 0 }}", EvaluationError, "column 6: Division by zero"),
    ],
)
def test_what_cannot_be_filled_is_told_with_its_place(text, error, problem):
    with pytest.raises(error, match=problem):
        filled(text, {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{% if a %}", "Statements"),
        ("{{ 1 + }}", "unexpected"),
        ("{{ x|nofilter }}", "no filter 'nofilter'"),
        ("", "required"),
        ("a" * 10_001 + "{{ now }}", "10,000 are allowed"),
    ],
)
def test_wrong_text_is_a_form_error(text, problem):
    assert problem in problems(Template, text=text)["text"]
