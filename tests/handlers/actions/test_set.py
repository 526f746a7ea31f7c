import pytest

from tests.handlers.actions.conftest import act


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("a=1", {"a": "1"}),
        ("a=1;b=2", {"a": "1", "b": "2"}),
        ("a=1;", {"a": "1"}),
        (" a = 1 ; b=2 ", {"a": "1", "b": "2"}),
        ("flag", {"flag": ""}),
        ("a=@d", {"a": "other"}),
        ("a=@missing", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ('a={"x":"y"}', {"a": '{"x":"y"}'}),
        ("@field=@d", {"target": "other"}),
        ("@field=5", {"target": "5"}),
        ("a=", {"a": ""}),
        ("a=mail@example.com", {"a": "mail@example.com"}),
    ],
)
def test_expressions(play, method, expected):
    ran = play(act("set", method), d="other", field="target")

    assert {k: v for k, v in ran.variables.items() if k in expected} == expected
    assert ran.error == ""


@pytest.mark.parametrize("method", ["=1", ";=2"])
def test_a_name_is_needed(play, method):
    assert "is no method of the type 'set'" in play(act("set", method)).error


def test_commands_are_executed_and_gone(play):
    ran = play(act("set", "speak = Привет; vibrate;toast=@who;a=1"), who="me")

    assert ran.variables == {"who": "me", "a": "1"}
    assert ran.lines == [
        "speak: skipped: no UI context",
        "speak=Привет",
        "vibrate: skipped: no UI context",
        "vibrate=",
        "toast: skipped: no UI context",
        "toast=me",
    ]
