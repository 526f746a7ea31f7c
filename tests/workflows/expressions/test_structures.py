"""Values of a configuration hold expressions anywhere."""

import pytest

from workflows.expressions import ExpressionSyntaxError, compile_value

SCOPE = {"vars": {"a": 1, "b": "x"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{ vars.a }}", 1),
        ({"n": "{{ vars.a }}", "c": True}, {"n": 1, "c": True}),
        (
            {"l": [1, "{{ vars.b }}", {"x": "{{ vars.a }}!"}]},
            {"l": [1, "x", {"x": "1!"}]},
        ),
        (["{{ vars.a }}", None], [1, None]),
        ({"{{ vars.a }}": 1}, {"{{ vars.a }}": 1}),
    ],
)
def test_every_text_is_rendered(value, expected):
    assert compile_value(value).render(SCOPE) == expected


@pytest.mark.parametrize("value", [1, None, "text", [1, [2]], {"a": {"b": []}}])
def test_constant_value_is_returned_itself(value):
    compiled = compile_value(value)

    assert compiled.render({}) is value
    assert compiled.names == frozenset()


def test_constant_part_is_not_copied():
    value = {"fixed": [1, 2], "n": "{{ vars.a }}"}

    assert compile_value(value).render(SCOPE)["fixed"] is value["fixed"]


def test_order_of_keys_is_kept():
    value = {"b": "{{ vars.a }}", "a": 1, "c": "{{ vars.b }}"}

    assert list(compile_value(value).render(SCOPE)) == ["b", "a", "c"]


def test_names_of_all_texts_are_collected():
    value = {"x": ["{{ vars.a }}"], "y": "{{ now }} {{ vars.b }}"}

    assert compile_value(value).names == {("vars", "a"), ("vars", "b"), ("now",)}


@pytest.mark.parametrize("text", ["{{ 1 + }}", "{% if a %}", "{# a #}"])
def test_faulty_text_inside_is_refused(text):
    with pytest.raises(ExpressionSyntaxError, match="column"):
        compile_value({"a": [{"b": text}]})
