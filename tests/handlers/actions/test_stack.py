import pytest

from handlers.actions.stack import HashMap


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (None, ""),
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        ({"a": "я"}, '{"a": "я"}'),
        ([1, None], "[1, null]"),
    ],
)
def test_values_become_texts(value, text):
    stack = HashMap()

    stack.put("x", value)

    assert stack.get("x") == text


def test_what_is_missing_is_none():
    stack = HashMap()
    stack.remove("x")

    assert stack.get("x") is None
    assert stack.containsKey("x") is False


def test_export_is_a_list_of_keys_and_values():
    stack = HashMap({"a": "1"})

    copy = HashMap()
    copy.importmap(stack.export())

    assert stack.export() == [{"key": "a", "value": "1"}]
    assert copy.as_dict() == {"a": "1"}


def test_what_is_put_again_comes_last():
    stack = HashMap({"a": 1, "b": 2})

    stack.put("a", 3)

    assert list(stack.as_dict()) == ["b", "a"]


def test_it_knows_what_was_changed():
    stack = HashMap({"a": 1, "b": 2, "c": 3})
    stack.forget_changes()

    stack.put("a", 1)
    stack.remove("b")

    assert stack.changed == {"a", "b"}
