"""Order, events, errors and commands of a handler array."""

import json

import pytest

from handlers.actions.models import Document, HttpAlias
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from tests.conftest import NOW
from tests.handlers.actions.conftest import act


def methods(ran):
    return ran.methods


def test_handlers_run_in_their_order(play):
    ran = play(act("set", "a=1"), act("set", "a=2;b=@a"), act("set", "c=@b"))

    assert ran.methods == ["a=1", "a=2;b=@a", "c=@b"]
    assert ran.variables == {"a": "2", "b": "2", "c": "2"}


def test_an_error_ends_its_handler_only(play):
    ran = play(act("python", "fails"), act("set", "after=yes"))

    assert ran["after"] == "yes"
    assert ran.error == "ValueError: no such article"


def test_with_the_flag_an_error_ends_the_array(play):
    ran = play(
        act("set", "BreakHandlersIfError"),
        act("set", "a=1"),
        act("python", "fails"),
        act("set", "after=yes"),
    )

    assert ran["after"] is None
    assert ran["BreakHandlersIfError"] is None


def test_an_old_error_does_not_break(play):
    ran = play(
        act("python", "fails"),
        act("set", "BreakHandlersIfError"),
        act("set", "after=yes"),
    )

    assert ran["after"] == "yes"


@pytest.mark.parametrize(
    "cause", [act("python", "sets_error"), act("set", "ErrorMessage=x")]
)
def test_an_error_may_be_set_on_purpose(play, cause):
    ran = play(act("set", "BreakHandlersIfError"), cause, act("set", "after=yes"))

    assert ran["after"] is None
    assert ran.error


def test_a_later_handler_may_recover(play):
    ran = play(act("python", "fails"), act("python", "recovers"))

    assert ran.error == ""


def test_break_handlers_skips_the_rest(play):
    ran = play(act("set", "BreakHandlers;a=1"), act("set", "b=1"))

    assert ran.variables == {"a": "1"}


def test_post_execute_follows_its_handler(play):
    post = json.dumps([act("set", "b=@a", postExecute=[act("set", "c=@b")])])

    ran = play(act("set", "a=1", postExecute=post), act("set", "d=@c"))

    assert ran["d"] == "1"


def test_break_in_post_execute_ends_only_that(play):
    post = [act("set", "BreakHandlers"), act("set", "b=1")]

    ran = play(act("set", "a=1", postExecute=post), act("set", "c=1"))

    assert ran.variables == {"a": "1", "c": "1"}


@pytest.mark.parametrize(("listener", "ran_it"), [("here", True), ("there", False)])
def test_a_listener_filters(play, listener, ran_it):
    ran = play(act("set", "a=1", listener=listener), listener="here")

    assert (ran["a"] == "1") is ran_it


@pytest.mark.parametrize("event", ["", "onStart", "onInput"])
def test_other_events_do_not_filter(play, event):
    assert play(act("set", "a=1", event=event))["a"] == "1"


def test_rows_of_events_wait_for_their_event(play):
    rows = [act("set", "seen=@HandlerErrorMessage", event="onHandlerError")]

    assert play(act("set", "a=1"), *rows)["seen"] is None
    assert play(act("python", "fails"), *rows)["seen"] == "ValueError: no such article"


def test_an_error_in_the_row_for_errors_does_not_call_it_again(play):
    ran = play(act("python", "fails"), act("python", "fails", event="onHandlerError"))

    assert ran.methods == ["fails", "fails"]


def test_run_event_runs_an_array(play):
    array = json.dumps([act("set", "b=2")])

    ran = play(act("set", f"RunEvent={array};a=1"), act("set", "c=@b"))

    assert ran["c"] == "2"


def test_endless_events_end(play):
    ran = play(act("python", "runs_itself"))

    assert len(ran.methods) == 11
    assert ran.error == "Handlers start each other more than 10 times."


def test_a_background_command_is_heard_by_its_listener(play):
    ran = play(
        act("set", "BackgroundCommand=wake"),
        act("set", "a=1", event="onBackgroundCommand", listener="wake"),
        act("set", "b=1", event="onBackgroundCommand", listener="sleep"),
    )

    assert ran.variables == {"a": "1"}


def test_commands_run_by_their_rank(play):
    ran = play(act("python", "init"))

    names = [line.partition("=")[0] for line in ran.lines]
    assert names == ["SQLConnectDatabase", "HTTPAddAlias", "SQLExec"]
    assert ran.error == ""
    assert HttpAlias.objects.get().name == "long1c"


def test_secrets_of_commands_stand_nowhere(play):
    ran = play(act("python", "init"))

    assert "s3cret" not in repr(ran.steps)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SQLExec", '{"query":"insert into t values (?, ?)","params":"1,2"}'),
        ("SQLExec", '{"query":"insert into t values (?, ?)","params":["1","2"]}'),
        ("SQLExecMany", '{"query":"insert into t values (?, ?)","params":"[[1,2]]"}'),
        ("SQLExecMany", '{"query":"insert into t values (?, ?)","params":[[1,2]]}'),
    ],
)
def test_sql_commands_write(play, name, value):
    ran = play(
        act("sql", "create table t (a text, b text)"),
        act("python", "puts"),
        act("sql", "select * from t"),
        name=name,
        value=value,
    )

    assert ran.error == ""
    assert json.loads(ran["SQLResult"]) == [{"a": "1", "b": "2"}]


def test_sql_query_gives_rows(play):
    value = json.dumps({"query": "select ? as id, 'x' as n", "params": "2"})

    ran = play(act("python", "puts"), name="SQLQuery", value=value)

    assert json.loads(ran["SQLResult"]) == [{"id": "2", "n": "x"}]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SQLExec", "x", "SQLExec is not valid JSON"),
        ("SQLExec", "{}", "it needs"),
        ("SQLExecMany", '{"query":"select ?","params":"1"}', "a JSON list of lists"),
        ("SQLQuery", '{"query":"select * from no"}', "no such table"),
        ("StartWork", "x", "StartWork is not valid JSON"),
        ("StartWork", "{}", "'work', the array of handlers, is missing"),
        ("SetWorkConditions", "SUNNY", "no condition 'SUNNY'"),
        ("RunEvent", "x", "RunEvent is not valid JSON"),
        ("HTTPAddAlias", "[]", "an object is expected"),
        ("basic_notification", "[5]", "a list of objects is expected"),
        ("ShowScreen", "Nowhere", "there is no screen 'Nowhere'"),
        ("RunSimpleBase", "[{}]", "the commands are insert"),
    ],
)
def test_bad_commands_are_errors(play, name, value, sentence):
    ran = play(act("python", "puts"), name=name, value=value)

    assert sentence in ran.error
    assert ran[name] is None


def test_key_value_store(play):
    ran = play(act("set", "put_color=red"), act("set", "get_color=shade"))
    gone = play(act("set", "del_color"), act("set", "get_color=shade"))

    assert (ran["shade"], gone["shade"]) == ("red", "")
    assert not Document.objects.exists()


def test_run_simple_base(play):
    value = json.dumps(
        [
            {
                "database": "d",
                "collection": "c",
                "command": "insert",
                "value": {"_id": "k"},
            },
            {"database": "d", "collection": "c", "command": "all"},
        ]
    )

    ran = play(act("python", "puts"), name="RunSimpleBase", value=value)

    assert json.loads(ran["NOSQLResult"]) == [{"_id": "k"}]


def test_commands_of_a_device_are_noted(play):
    ran = play(act("set", "ShowDialog=Sure?"))

    assert ran.error == ""
    assert ran.lines[0] == "ShowDialog: skipped: it needs the application on a device"


def beside(**variables):
    return Session(HashMap(variables), lambda: NOW, threads=True)


@pytest.mark.parametrize("action", ["runasync", "runprogress"])
@pytest.mark.django_db(transaction=True)
def test_what_runs_beside_replaces_the_stack_at_its_end(play, action):
    ran = play(
        act("set", "a=async", action=action, postExecute=[act("set", "post=@a")]),
        act("set", "b=sync"),
        session=beside(),
    )

    assert ran.variables == {"a": "async", "post": "async"}


@pytest.mark.django_db(transaction=True)
def test_with_add_mode_it_is_merged(play):
    ran = play(
        act("set", "a=async", action="runasync"),
        act("set", "b=sync"),
        session=beside(_StackAddMode=""),
    )

    assert ran.variables == {"_StackAddMode": "", "b": "sync", "a": "async"}


@pytest.mark.django_db(transaction=True)
def test_errors_beside_count(play):
    ran = play(act("python", "fails", action="runasync"), session=beside())

    assert ran.error == "ValueError: no such article"


def test_android_calls_run_at_once(play):
    ran = play(act("python", "toasts"))

    assert ran.lines == ["toast: skipped: no UI context"]


def test_errors_may_be_put_into_words(play):
    ran = play(act("python", "fails"), _ErrorMessage="Ошибка выполнения: %s")

    assert ran.error == "Ошибка выполнения: ValueError: no such article"
