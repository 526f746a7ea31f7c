"""A line in the log."""

import logging

import pytest

from handlers.nodes.log import Log
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Kind, Shape, Succeeded


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_line_is_in_both_logs(level, caplog):
    caplog.set_level(logging.DEBUG, "workflows.log")

    answer = run_node(Log, level=level, message="{{ 1 + 1 }} orders")

    assert answer == Succeeded("2 orders", log=f"{level.upper()} 2 orders")
    [record] = caplog.records
    assert (record.name, record.levelname) == ("workflows.log", level.upper())
    assert record.getMessage() == "execution -1, node : 2 orders"


def test_secrets_are_hidden(caplog):
    scope = {"trigger": {"data": {"user": "ann", "password": "s3cret", "n": 1}}}

    answer = run_node(Log, scope, level="error", message="{{ trigger.data }}")

    assert "s3cret" not in f"{answer} {caplog.text}"
    assert "ann" in answer.result


def test_value_cannot_write_lines_of_its_own(caplog):
    scope = {"trigger": {"data": "a\nERROR forged\r\u2028b"}}

    answer = run_node(Log, scope, level="error", message="{{ trigger.data }}")

    assert caplog.records[0].getMessage().endswith(": a ERROR forged  b")
    assert answer.result.startswith("a\nERROR")


def test_long_line_is_cut():
    scope = {"trigger": {"data": "x" * 20_000}}

    assert len(run_node(Log, scope, message="{{ trigger.data }}").result) == 10_000


def test_line_of_an_execution_names_it(make_version, run, caplog):
    caplog.set_level(logging.INFO, "workflows.log")
    node = {"key": "tell", "type": "log", "config": {"message": "hello"}}

    execution = run(make_version(node))

    assert execution.jobs.get().log == "INFO hello"
    assert caplog.messages == [f"execution {execution.pk}, node tell: hello"]


@pytest.mark.parametrize(
    ("config", "field", "sentence"),
    [
        ({}, "message", "This field is required."),
        ({"message": "a", "level": "loud"}, "level", "Select a valid choice."),
        ({"message": "{{ a( }}"}, "message", "{{ a( }}"),
    ],
)
def test_wrong_setting_is_a_form_error(config, field, sentence):
    assert sentence in problems(Log, **config)[field]


def test_shape_is_a_text():
    assert Log().result_shape({}) == Shape(Kind.TEXT)
