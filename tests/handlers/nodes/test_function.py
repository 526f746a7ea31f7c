"""Python functions: only what is meant to be called is, with what fits."""

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_type_hints

import pytest

from handlers import logs
from handlers.arguments import ArgumentNotSupported
from handlers.functions import (
    FunctionUnknown,
    ResultOfAnotherType,
    find,
    functions,
    registered,
    workflow_function,
)
from handlers.nodes.function import Function, FunctionField
from tests.conftest import NOW
from tests.handlers import functions_of_tests
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Kind, Shape, Succeeded
from workflows.exceptions import AlreadyRegistered
from workflows.forms import ConfigInvalid, ValueNotAccepted

MODULE = functions_of_tests.__name__
DELIVERY = "demo.shop.delivery_day"
ALL = {
    "text": "a",
    "whole": "5",
    "real": 1.5,
    "exact": "1.50",
    "flag": "no",
    "day": "2026-11-22",
    "moment": "2026-11-22T09:00:00Z",
    "items": [1],
    "values": {"a": 1},
    "kind": "3",
    "hint": 7,
}


@pytest.fixture
def listed(settings):
    settings.WORKFLOWS = {"FUNCTION_MODULES": [MODULE]}


def call(name, scope=None, **arguments):
    return run_node(Function, scope, function=f"{MODULE}.{name}", arguments=arguments)


def faults(name, **arguments):
    return problems(Function, function=f"{MODULE}.{name}", arguments=arguments)


def test_decorated_function_is_called():
    config = {"function": DELIVERY, "arguments": {"ordered_on": "{{ now }}"}}

    assert run_node(Function, **config) == Succeeded(date(2026, 11, 25))


def test_function_of_a_listed_module_is_called(listed):
    assert call("price", amount="1.50", count=2).result == Decimal("3.00")


def test_arguments_have_the_types_of_their_annotations(listed):
    assert call("everything", **ALL).result == {
        "text": "a",
        "whole": 5,
        "real": 1.5,
        "exact": Decimal("1.50"),
        "flag": False,
        "day": date(2026, 11, 22),
        "moment": datetime(2026, 11, 22, 9, tzinfo=UTC),
        "items": [1],
        "values": {"a": 1},
        "kind": 3,
        "hint": 7,
        "maybe": None,
        "perhaps": None,
        "anything": None,
    }


def test_arguments_may_be_expressions(listed):
    scope = {"trigger": {"data": {"flag": True, "list": [2], "kind": "b"}}}
    given = {
        "flag": "{{ trigger.data.flag }}",
        "items": "{{ trigger.data.list }}",
        "values": "{{ trigger.data }}",
        "kind": "{{ trigger.data.kind }}",
        "real": "{{ 1 + 1 }}",
        "day": "{{ now }}",
    }

    result = call("everything", scope, **{**ALL, **given}).result

    assert (result["flag"], result["items"], result["kind"]) == (True, [2], "b")
    assert (result["values"], result["real"]) == (scope["trigger"]["data"], 2.0)
    assert result["day"] == NOW.date()


@pytest.mark.parametrize(
    ("argument", "value", "sentence"),
    [
        ("text", None, "This field is required."),
        ("whole", "1.5", "Enter a whole number."),
        ("real", "x", "Enter a number."),
        ("exact", "1,5x", "Enter a number."),
        ("flag", "maybe", "Enter true or false, or an expression."),
        ("day", "soon", "Enter a valid date."),
        ("moment", "soon", "Enter a valid date/time."),
        ("items", {"a": 1}, "Enter a list."),
        ("items", "a, b", "Enter a list."),
        ("values", [1], "Enter an object."),
        ("kind", "c", "'c' is none of: a, b, 3."),
        ("hint", "", "This field is required."),
        ("maybe", "x", "Enter a whole number."),
        ("nix", 1, "There is no setting 'arguments.nix'."),
    ],
)
def test_argument_of_another_type_is_a_form_error(argument, value, sentence, listed):
    found = faults("everything", **{**ALL, argument: value})

    assert sentence in " ".join(found.values())


def test_argument_of_an_expression_is_checked_at_run_time(listed):
    with pytest.raises(ValueNotAccepted, match="'arguments.count' got 'many'"):
        call(
            "price", {"trigger": {"data": "many"}}, amount=1, count="{{ trigger.data }}"
        )


def test_braces_in_what_an_expression_gave_are_text(listed):
    scope = {"trigger": {"data": "{{ 1 }}"}}

    with pytest.raises(ValueNotAccepted, match="Enter a list"):
        call("everything", scope, **{**ALL, "items": "{{ trigger.data }}"})
    result = call("everything", scope, **{**ALL, "text": "{{ trigger.data }}"}).result
    assert result["text"] == "{{ 1 }}"


def test_form_has_a_field_for_each_argument(listed):
    form = Function.form_class.for_config({"function": f"{MODULE}.everything"})

    fields = form.fields
    assert list(fields) == ["function", *(f"arguments.{name}" for name in _names())]
    assert fields["arguments.hint"].help_text == "How many."
    assert fields["arguments.kind"].help_text == "One of: a, b, 3."
    assert fields["arguments.maybe"].required is False


def _names():
    return [*get_type_hints(functions_of_tests.everything), "anything"]


def test_form_shows_the_defaults_and_the_docstring(listed):
    form = Function.form_class(initial={"function": f"{MODULE}.price"})

    assert form.fields["arguments.count"].initial == 1
    assert form.fields["function"].help_text == "Multiply an amount."


def test_arguments_are_stored_together(listed):
    config = {"function": f"{MODULE}.price", "arguments": {"amount": "{{ now }}"}}
    form = Function.form_class.for_config(config)

    assert form.is_valid()
    assert form.config == config


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        f"{MODULE}.os",
        f"{MODULE}.os.system",
        f"{MODULE}.F",
        f"{MODULE}.slugify",
        f"{MODULE}._private",
        f"{MODULE}.Price",
        f"{MODULE}.price.__globals__",
        f"{MODULE}.logger",
        "price",
        "django.utils.text.slugify",
        "{{ trigger.data }}",
    ],
)
def test_nothing_else_is_callable(name, listed):
    with pytest.raises(FunctionUnknown, match="There is no workflow function"):
        find(name)
    assert (
        "There is no workflow function" in problems(Function, function=name)["function"]
    )
    with pytest.raises(ConfigInvalid):
        run_node(Function, function=name)


def test_module_that_is_not_listed_is_not_callable():
    with pytest.raises(FunctionUnknown, match="FUNCTION_MODULES"):
        find(f"{MODULE}.price")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("endless", "'names' of the workflow function .* cannot be given by its name"),
        (
            "strange",
            "'file' of the workflow function .* has an annotation that is none",
        ),
    ],
)
def test_function_that_no_form_fits_says_why(name, sentence, listed):
    with pytest.raises(ArgumentNotSupported, match=sentence):
        find(f"{MODULE}.{name}")
    assert f"{MODULE}.{name}" not in {each.name for each in functions()}


def test_only_what_is_callable_is_offered(listed):
    offered = dict(FunctionField.offered())

    assert offered[DELIVERY] == f"Delivery day ({DELIVERY})"
    assert f"{MODULE}.later" in offered
    assert f"{MODULE}.alias_of_a_function" in offered
    assert f"{MODULE}.slugify" not in offered


def test_exception_is_an_error_with_traceback_and_log(listed, make_version, run):
    config = {"function": f"{MODULE}.broken", "arguments": {"text": "gone"}}
    execution = run(make_version({"key": "a", "type": "function", "config": config}))

    job = execution.jobs.get()
    assert (execution.status, job.error) == ("error", "LookupError: gone")
    assert "in broken" in job.traceback
    assert f"ERROR {MODULE}: about to break" in job.traceback


def test_result_of_another_type_is_an_error(listed):
    with pytest.raises(ResultOfAnotherType, match=r"gave 'five' \(str\)"):
        call("wrong")


def test_result_that_cannot_be_stored_is_an_error(listed, make_version, run):
    config = {"function": f"{MODULE}.unstorable"}
    execution = run(make_version({"key": "a", "type": "function", "config": config}))

    assert execution.status == "error"
    assert "The result cannot be stored as JSON" in execution.reason


def test_what_it_logs_is_in_the_log_of_the_node(listed):
    answer = call("price", amount=1)

    assert answer.log == (
        f'WARNING {MODULE}: price of 1, password: {{"password": "•••"}}'
    )


def test_what_others_log_is_not(listed):
    call("price", amount=1)
    with logs.collected() as lines:
        pass
    logging.getLogger(MODULE).warning("afterwards")

    assert str(lines) == ""


def test_log_is_bounded(caplog):
    with logs.collected() as lines:
        for number in range(600):
            logging.getLogger("x").warning("%s", f"{number} " + "y" * number)

    text = str(lines)
    assert len(text) < logs.MOST + 1_000
    assert text.splitlines()[-1].endswith("more lines were left out.")


def test_python_goes_on_showing_warnings_of_others(monkeypatch, capsys):
    with logs.collected():
        monkeypatch.setattr(logging.root, "handlers", [logs._collector])
        logging.getLogger("somebody").warning("look here")

    assert "look here" in capsys.readouterr().err


def test_async_function_is_awaited(listed):
    assert call("later", text="a").result == "A"


def test_key_of_the_run_is_given(listed):
    assert call("key_of").result == "7-call-1"
    assert f"{MODULE}.key_of" in {each.name for each in functions()}


def test_name_of_a_decorated_function_is_taken_once():
    try:
        workflow_function(name="tests.once", title="Once")(lambda: 1)
        with pytest.raises(AlreadyRegistered, match="'tests.once' is registered"):
            workflow_function(name="tests.once")(lambda: 2)
        assert registered.get("tests.once").title == "Once"
    finally:
        registered._entries.pop("tests.once")


def test_decorated_function_that_no_form_fits_is_refused_at_once():
    with pytest.raises(ArgumentNotSupported, match="cannot be given by its name"):
        workflow_function(lambda *args: None)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        (DELIVERY, Shape(Kind.DATE)),
        (f"{MODULE}.price", Shape(Kind.NUMBER)),
        (f"{MODULE}.everything", Shape()),
        ("nix", Shape()),
    ],
)
def test_shape_of_the_result_is_that_of_the_annotation(name, shape, listed):
    assert Function().result_shape({"function": name}) == shape
