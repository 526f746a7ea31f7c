import json

import pytest

from handlers.actions.contracts import types
from handlers.actions.document import DEVICE_TYPES, TYPES, Action, read_actions
from handlers.actions.texts import NotReadable, read_json
from tests.handlers.actions.conftest import act
from workflows.exceptions import WorkflowError

SET = {"type": "set", "method": "a=1"}


def test_types_are_those_of_the_table():
    assert sorted(name for name, _type in types.items()) == sorted(TYPES)


@pytest.mark.parametrize(
    "text",
    [
        '[{"type": "set", "method": "a=1"}]',
        '[{"type": "set", "method": "a=1"}];',
        ' [{"type": "set", "method": "a=1"}] ; \n',
        "[{'type': 'set', 'method': 'a=1'}]",
        [SET],
        (SET,),
    ],
)
def test_an_array_is_read_in_each_form(text):
    assert read_actions(text) == (Action("set", "a=1"),)


def test_all_keys_are_read():
    given = {
        "event": "onHandlerError",
        "listener": "here",
        "action": "runasync",
        "type": "python",
        "method": "f",
        "alias": "timer",
    }

    [action] = read_actions([{**given, "postExecute": json.dumps([SET])}])

    assert action.post == (Action("set", "a=1"),)
    written = action.as_json()
    assert written.pop("postExecute") == [{"action": "run", **SET}]
    assert written == given


@pytest.mark.parametrize("post", ["", None, "  ", [], "[]"])
def test_empty_post_execute_is_none(post):
    assert read_actions([{**SET, "postExecute": post}]) == (Action("set", "a=1"),)


def test_an_empty_action_is_run():
    assert read_actions([{**SET, "action": ""}])[0].action == "run"


def test_post_execute_may_be_nested():
    inner = json.dumps([{**SET, "postExecute": json.dumps([SET])}])

    [action] = read_actions([{**SET, "postExecute": inner}])

    assert action.post[0].post == (Action("set", "a=1"),)


def nested(levels):
    value: list[dict[str, object]] = [{**SET}]
    for _level in range(levels):
        value = [{**SET, "postExecute": value}]
    return value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("no json", "work is not valid JSON"),
        ("", "work is not valid JSON"),
        ("[1, 2", "work is not valid JSON"),
        ("[{'type': open('x')}]", "work is not valid JSON"),
        ("[{'a': {1, 2}}]", "work is not valid JSON"),
        ("[NaN]", "work is not valid JSON"),
        ("[" * 100_000, "work is not valid JSON"),
        ('{"type": "set"}', "a list of handlers is expected"),
        (None, "a list of handlers is expected"),
        (5, "a list of handlers is expected"),
        (["x"], r"work\[0\]: a handler is an object"),
        ([SET, {"method": "x"}], r"work\[1\]: it needs a type"),
        ([{"type": "cobol", "method": "x"}], "no type 'cobol'. Known types: http"),
        ([{"type": "set"}], "it has no method"),
        ([{"type": "set", "method": " "}], "it has no method"),
        ([{"type": "set", "method": 5}], "'method' must be a text"),
        ([{"type": "set", "method": "a\0"}], "holds a NUL"),
        ([{**SET, "action": "jump"}], "there is no action 'jump'"),
        ([{**SET, "postExecute": "oops"}], "postExecute is not valid JSON"),
        ([SET] * 501, "more than 500 handlers"),
        (nested(9), "nested too deeply"),
    ],
)
def test_faults_are_named(value, sentence):
    with pytest.raises(WorkflowError, match=sentence):
        read_actions(value)


@pytest.mark.parametrize("kind", DEVICE_TYPES)
def test_types_of_devices_are_refused_clearly(kind):
    with pytest.raises(WorkflowError, match=f"type '{kind}' are not supported here"):
        read_actions([act(kind, "x")])


@pytest.mark.parametrize("value", [5, None, [1], {"a": 1}])
def test_what_is_no_text_is_a_value(value):
    assert read_json(value, "x") is value


def test_long_literals_are_not_tried():
    with pytest.raises(NotReadable):
        read_json("['" + "x" * 100_001 + "']", "x")
