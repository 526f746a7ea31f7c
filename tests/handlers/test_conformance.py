"""What every node type keeps to, whoever wrote it."""

import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils.functional import Promise

from tests.conftest import NOW, drain
from workflows import registry, services
from workflows.codec import decode, encode
from workflows.contracts import Effect, Kind, NodeRun, Succeeded, Waiting
from workflows.engine import forget_compiled
from workflows.forms import NodeForm, compile_config
from workflows.models import Category, Workflow, WorkflowVersion
from workflows.states import ExecutionStatus

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "nodes.md"
GROUPS = {"flow", "data", "values", "outside", "people"}
VALUES = {
    "moment": NOW,
    "day": date(2026, 11, 22),
    "price": Decimal("1.50"),
    "id": uuid.UUID(int=7),
}
RULES = {"rules": [{"field": "name", "op": "eq", "value": "Mail"}]}
#: The id of a workflow that can be started, which no sequence comes to by itself.
OTHER = 1_000_000
#: The least that a node type needs to run; a new type without required settings needs
#: no line here.
LEAST = {
    "query": {"collection": "workflows.category"},
    "create": {"collection": "workflows.category", "values": {"name": "New"}},
    "update": {
        "collection": "workflows.category",
        "filter": RULES,
        "values": {"position": 1},
    },
    "delete": {"collection": "workflows.category", "filter": RULES},
    "aggregate": {"collection": "workflows.category"},
    "sql": {"sql": "SELECT 1 AS n"},
    "loop": {"items": [1, 2]},
    "switch": {"cases": [{"name": "a", "expression": "{{ 1 > 0 }}"}]},
    "send_event": {"name": "paid"},
    "subworkflow": {"workflow": OTHER, "version": "current"},
    "variables": {"set": {"total": 0}},
    "template": {"text": "Dear Ada"},
    "json_query": {"source": {"a": [1, 2]}, "query": "a[1]"},
    "json_mapping": {"source": [1, 2], "item": 7},
    "lookup": {"value": 1, "rows": [{"is": 1, "gives": "one"}]},
    "http": {"url": "http://127.0.0.1:1/"},
    "function": {
        "function": "demo.shop.delivery_day",
        "arguments": {"ordered_on": "{{ now }}"},
    },
    "chat": {"chat": "{{ '#chat' }}", "text": "Hello."},
    "mail": {"to": "ann@example.org", "subject": "Hello", "text": "Hello."},
    "log": {"message": "hello"},
    "work": {"work": [{"type": "set", "method": "a=1"}]},
    "copy_to": {"title": "Paid", "users": "alice"},
    "manual": {"title": "Pay?", "users": "alice", "deadline": "duration"},
}

pytestmark = pytest.mark.usefixtures("allowed", "other_workflow")
every_type = pytest.mark.parametrize(
    "handler", list(registry.nodes), ids=lambda handler: handler.type
)


@pytest.fixture
def alice(db):
    """Let there be somebody to ask."""
    User.objects.create_user("alice", is_staff=True)


@pytest.fixture
def other_workflow(db):
    """Create what a sub-workflow can start."""
    workflow = Workflow.objects.create(pk=OTHER, title="Other")
    WorkflowVersion.objects.create(workflow=workflow, current=True)


#: Two tries, five seconds apart.
RETRY = {"retry": {"attempts": 2, "first": 5}}


def least(handler):
    return LEAST.get(handler.type, {})


@every_type
def test_least_configuration_is_valid(handler):
    problems = list(handler.form_class.for_config(least(handler)).problems())

    assert not problems, (
        f"Add '{handler.type}' with the least that it needs to LEAST in this file."
    )


@every_type
def test_form_names_what_it_lacks(handler):
    fields = {name for name, _text in handler.form_class.for_config({}).problems()}

    assert fields <= set(handler.form_class.base_fields)
    assert bool(fields) is bool(least(handler))


@every_type
def test_configuration_survives_the_form(handler):
    first = handler.form_class.for_config(least(handler))
    assert first.is_valid()
    second = handler.form_class.for_config(decode(encode(first.config)))
    assert second.is_valid()

    assert second.config == first.config
    assert least(handler).items() <= first.config.items()


@every_type
def test_unknown_setting_is_refused(handler):
    form = handler.form_class.for_config({**least(handler), "colour": "red"})

    assert next(text for _name, text in form.problems()).startswith(
        "There is no setting 'colour'."
    )


@every_type
def test_configuration_compiles(handler):
    assert compile_config(handler.form_class, least(handler)).render({"now": NOW})


@every_type
def test_unknown_name_in_an_expression_is_a_form_error(handler, make_version):
    names = [
        name
        for name, field in handler.form_class.base_fields.items()
        if getattr(field, "takes_expressions", False) and name not in least(handler)
    ]
    for name in names:
        config = {**least(handler), name: "{{ nix }}"}
        node = {"key": "it", "type": handler.type, "config": config}
        problems = services.problems_of(make_version(node))
        assert name in {problem.field for problem in problems}


@every_type
def test_words_are_translated(handler):
    assert isinstance(handler.title, Promise)
    assert isinstance(handler.description, Promise)
    assert all(isinstance(title, Promise) for title in handler.branches.values())


@every_type
def test_settings_have_translated_labels(handler):
    for name, field in handler.form_class.base_fields.items():
        assert isinstance(field.label, Promise), name


@every_type
def test_group_and_effect_are_known(handler):
    assert handler.group in GROUPS
    assert isinstance(handler.effect, Effect)
    assert issubclass(handler.form_class, NodeForm)


@every_type
def test_result_can_be_stored(handler, db, alice):
    Category.objects.create(name="Mail")
    config = compile_config(handler.form_class, least(handler)).render({"now": NOW})

    answer = handler.run(NodeRun(config=config, now=NOW))

    result = answer.item if handler.loops else getattr(answer, "result", None)
    assert decode(encode(result)) == result


@every_type
def test_execution_reaches_an_end_or_waits(handler, alice, make_version, run):
    node = {"key": "it", "type": handler.type, "config": least(handler)}

    execution = run(make_version(node))

    assert execution.status in {"succeeded", "waiting", "failed"}
    assert execution.jobs.get().node_type == handler.type


@every_type
def test_node_that_loops_has_a_body(handler):
    if handler.loops:
        assert handler.branches


@every_type
def test_waiting_node_can_go_on(handler, db, alice):
    config = compile_config(handler.form_class, least(handler)).render({"now": NOW})
    run = NodeRun(config=config, now=NOW)
    answer = handler.run(run)

    if isinstance(answer, Waiting):
        then = replace(run, now=answer.until or NOW, waited=answer.result)
        # Without a moment it waits for a reply, and there is none.
        kind = Succeeded if answer.until else Waiting
        assert isinstance(handler.resume(then), kind)


def node_of(handler, **options):
    return {"key": "it", "type": handler.type, "config": least(handler), **options}


@every_type
def test_trial_leaves_no_history(handler, db, make_version, alice):
    version = make_version(node_of(handler))

    trial = services.try_node(version, "it", {}, lambda: NOW)

    version.refresh_from_db()
    assert (version.run_count, version.executions.count()) == (0, 0)
    assert trial.remarks
    assert not trial.error or trial.outcome == "failed", trial.error


@every_type
def test_result_looks_as_declared(handler, db, make_version, alice):
    Category.objects.create(name="Mail")
    trial = services.try_node(make_version(node_of(handler)), "it", {}, lambda: NOW)
    if trial.outcome != "succeeded":
        return  # it waits or loops: its result is not known yet
    fields = handler.form_class.base_fields.items()
    defaults = {name: field.initial for name, field in fields}
    shape = handler.result_shape({**defaults, **least(handler)})

    assert looks_like(trial.result, shape.kind, shape.fields), (
        f"{type(handler).__name__}.result_shape says {shape}, but for its settings in "
        f"LEAST it gave {trial.result!r}. Mend result_shape."
    )


PYTHON = {
    Kind.TEXT: str,
    Kind.NUMBER: int | float | Decimal,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.DATETIME: datetime,
    Kind.TIME: time,
    Kind.DURATION: timedelta,
    Kind.OBJECT: dict,
    Kind.LIST: list,
}


def looks_like(value: Any, kind, fields):
    if value is None or kind == Kind.ANY:
        return True
    if kind == Kind.NOTHING or not isinstance(value, PYTHON[kind]):
        return False
    items: Any = value if kind == Kind.LIST else [value]
    return all(
        field.name in item and looks_like(item[field.name], field.kind, field.children)
        for item in items
        for field in fields
    )


@every_type
def test_time_limit_is_honoured(handler, db, make_version, alice):
    """A clock on which everything takes a minute is too slow for every node."""
    ticks = iter(range(10_000))
    version = make_version(node_of(handler, timeout=1))

    trial = services.try_node(
        version, "it", {}, lambda: NOW + timedelta(minutes=next(ticks))
    )

    assert "its time limit allows" in trial.error


@every_type
@pytest.mark.parametrize("options", [RETRY, {**RETRY, "on_error": "continue"}])
def test_retry_is_honoured(handler, db, make_version, run, options):
    with broken(handler):
        execution = run(make_version(node_of(handler, **options)))
        job = execution.jobs.get()
        assert (execution.status, job.status, job.attempt) == ("waiting", "retrying", 1)
        drain(NOW + timedelta(seconds=5))

    job.refresh_from_db()
    execution.refresh_from_db()
    ends = ("continued", "succeeded") if "on_error" in options else ("error", "error")
    assert (job.status, execution.status, job.attempt) == (*ends, 2)
    assert job.error == "RuntimeError: broken"


@every_type
def test_waiting_for_a_retry_can_be_cancelled(handler, db, make_version, run):
    with broken(handler):
        execution = run(make_version(node_of(handler, **RETRY)))
        services.cancel(execution, NOW)
        drain(NOW + timedelta(seconds=5))

    assert execution.jobs.get().status == "cancelled"


@every_type
def test_it_goes_on_after_a_restart(handler, db, make_version, run, alice):
    """Another process, which knows nothing, tries it again and gets somewhere."""
    with broken(handler):
        execution = run(make_version(node_of(handler, **RETRY)))
    forget_compiled()

    drain(NOW + timedelta(seconds=5))

    execution.refresh_from_db()
    job = execution.jobs.get()
    assert job.attempt == 2
    assert job.status in {"succeeded", "waiting", "failed"}, job.error


@contextmanager
def broken(handler):
    """Let every run of a type raise."""

    def run(_self, _run):
        raise RuntimeError("broken")

    with patch.object(type(handler), "run", run):
        yield


@every_type
def test_faults_are_documented(handler):
    assert "faults" in vars(type(handler)), (
        f"Tell in {type(handler).__name__}.faults what can go wrong with it besides "
        "what can with every node: (sentence, state of the execution), or ()."
    )
    states = {*ExecutionStatus, "as that node"}
    page = PAGE.read_text(encoding="utf-8")
    for what, status in handler.faults:
        assert status in states
        assert f"| {what} | {status} |" in page


@every_type
def test_page_has_a_section(handler):
    assert f"\n## {handler.type}\n" in PAGE.read_text(encoding="utf-8")


def test_page_is_what_the_forms_say(capsys):
    call_command("documentnodes")

    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8"), (
        "Run: python manage.py documentnodes > docs/reference/nodes.md"
    )


@pytest.mark.parametrize("name", VALUES)
def test_types_survive_from_node_to_node(name, make_version):
    config = {"value": f"{{{{ trigger.data.{name} }}}}"}
    version = make_version(
        {"key": "a", "type": "calculation", "config": config},
        {"key": "wait", "type": "delay", "config": {"amount": 0}},
        {"key": "b", "type": "calculation", "config": {"value": "{{ nodes.a }}"}},
    )

    execution = run_with(version, VALUES)

    assert execution.jobs.get(node_key="b").result == VALUES[name]


def run_with(version, data):
    """Start an execution with this data, and run it to its end."""
    event = services.Event(version.workflow_id, version.pk, "test", {"data": data})
    services.start(event, NOW)
    drain()
    return version.executions.get()
