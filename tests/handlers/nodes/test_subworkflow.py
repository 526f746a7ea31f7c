"""The node that starts another workflow, and what the two do to each other."""

from datetime import timedelta

import pytest

from handlers.nodes.subworkflow import SubWorkflow
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems
from tests.nodes import node
from workflows import services
from workflows.models import Child, Execution, Workflow

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def other(make_version):
    """Create the workflow that is started, and give it."""

    def other(*nodes, enabled=True, **values):
        version = make_version(*nodes, title="Other", **values)
        if enabled:
            services.enable(version, NOW)
        return version

    return other


@pytest.fixture
def start(make_version, run):
    """Run a workflow that starts the other one; give its execution."""

    def start(started, *after, **config):
        config = {"workflow": started.workflow_id, **config}
        sub = {"key": "sub", "type": "subworkflow", "config": config}
        return run(make_version(sub, *after, title="Parent"))

    return start


def child():
    return Execution.objects.get(workflow__title="Other")


def output(value):
    return {"key": "output", "type": "output", "config": {"value": value}}


def result(execution, key="sub"):
    execution.refresh_from_db()
    return execution.jobs.get(node_key=key).result


def test_its_result_is_how_the_other_ended_and_its_output(other, start):
    version = other(output("{{ trigger.data.n * 2 }}"))

    parent = start(version, node("echo", "{{ nodes.sub.output }}"), input={"n": 21})

    told = {"execution": child().pk, "status": "succeeded", "reason": "", "output": 42}
    assert parent.status == "succeeded"
    assert (result(parent), result(parent, "echo")) == (told, 42)


def test_input_is_worked_out_here_and_keeps_its_types(other, start):
    start(other(), input={"date": "{{ now }}", "list": [1, "{{ 1 + 1 }}"]})

    assert child().context["data"] == {"date": NOW, "list": [1, 2]}


def test_it_waits_while_the_other_waits(other, start):
    parent = start(other(node("pause")))
    assert (parent.status, parent.due_at) == ("waiting", None)

    drain(LATER)

    assert result(parent)["status"] == "succeeded"


def test_without_waiting_it_goes_on_at_once(other, start):
    parent = start(other(node("pause")), wait=False)

    assert (parent.status, child().status) == ("succeeded", "waiting")
    assert result(parent) == {"execution": child().pk}


@pytest.mark.parametrize(
    ("failing", "sentence"),
    [
        (node("refuse"), "ended as 'Failed'. refuse: not today"),
        (node("boom"), "ended as 'Error'. boom: ValueError: boom"),
        (node("stop", "badly"), "ended as 'Failed'. enough"),
    ],
)
def test_a_failure_of_the_other_is_a_failure_here(other, start, failing, sentence):
    parent = start(other(output(1), failing))

    job = parent.jobs.get()
    assert (parent.status, job.status) == ("failed", "failed")
    assert job.error == f"Execution {child().pk} {sentence}"
    assert job.result["output"] == 1


def test_the_other_being_cancelled_is_a_failure_here(other, start):
    parent = start(other(node("pause")))

    services.cancel(child(), NOW)
    drain()

    assert result(parent)["status"] == "cancelled"
    assert parent.status == "failed"


def test_a_cancel_reaches_the_other_and_what_that_waits_for(other, start, make_version):
    innermost = make_version(node("pause"), title="Innermost")
    services.enable(innermost, NOW)
    config = {"workflow": innermost.workflow_id}
    parent = start(other({"key": "sub", "type": "subworkflow", "config": config}))

    services.cancel(parent, NOW)

    assert set(Execution.objects.values_list("status", flat=True)) == {"cancelled"}
    assert not Child.objects.exclude(state=None).exists()


def test_a_cancel_does_not_reach_what_nobody_waits_for(other, start, make_version):
    parent = start(other(node("pause")), node("pause", "for ever"), wait=False)

    services.cancel(parent, NOW)

    assert child().status == "waiting"


@pytest.mark.parametrize("by_poller", [True, False])
def test_a_timeout_reaches_the_other(other, make_version, run, by_poller):
    config = {"workflow": other(node("pause", "for ever")).workflow_id}
    sub = {"key": "sub", "type": "subworkflow", "config": config}
    parent = run(make_version(sub, options={"timeout": 30}))

    if by_poller:
        services.expire(LATER)
    else:
        # A worker gets it first, and sees that it is too late.
        Execution.objects.filter(pk=parent.pk).update(due_at=LATER)
        drain(LATER)
        services.end_orphans(LATER)

    parent.refresh_from_db()
    assert (parent.status, child().status) == ("timed_out", "cancelled")


def test_a_workflow_does_not_start_itself_without_end(other, start, make_version, run):
    version = make_version(title="Other")
    config = {"workflow": version.workflow_id}
    sub = {"key": "sub", "type": "subworkflow", "config": config}
    services.change_definition(version, {"schema": 1, "nodes": [sub]})
    services.enable(version, NOW)

    execution = run(version)

    assert execution.status == "failed"
    assert execution.jobs.get().error == (
        "'Other' was not started: this workflow is in its own chain already "
        "(1 allowed)."
    )


def test_a_circle_of_two_is_stopped(other, make_version, run):
    first, second = make_version(title="A"), make_version(title="B")
    for version, called in ((first, second), (second, first)):
        config = {"workflow": called.workflow_id}
        sub = {"key": "sub", "type": "subworkflow", "config": config}
        definition = {"schema": 1, "nodes": [sub]}
        services.change_definition(version, definition)
        services.enable(version, NOW)

    execution = run(first)

    assert execution.status == "failed"
    assert "in its own chain" in execution.reason


def test_a_workflow_without_an_enabled_version_is_not_started(other, start):
    parent = start(other(enabled=False))

    assert parent.status == "failed"
    assert "no enabled version" in parent.jobs.get().error


def test_the_current_version_is_started_though_it_is_disabled(other, start):
    assert start(other(enabled=False), version="current").status == "succeeded"


def test_the_enabled_version_is_started_and_not_the_current_one(other, start):
    enabled = other(output("old"))
    services.copy_as_version(enabled)

    assert result(start(enabled))["output"] == "old"


def test_what_has_no_room_is_a_failure(other, start, run):
    version = other(node("pause"), options={"concurrency": "skip"})
    run(version)

    parent = start(version)

    assert "'Other' was not started: 1 of at most 1 are unfinished" in parent.reason


def test_the_two_know_each_other(other, start):
    parent = start(other())

    assert child().origin.parent == parent
    assert [each.execution for each in parent.children.all()] == [child()]
    assert child().ancestors == [parent.pk]


def test_it_starts_one_for_each_round_of_a_loop(other, make_version, run):
    config = {"workflow": other(output("{{ trigger.data.n }}")).workflow_id}
    config["input"] = {"n": "{{ loop.item }}"}
    sub = {"key": "sub", "type": "subworkflow", "config": config}
    loop = {"key": "loop", "type": "loop", "config": {"items": [7, 8]}}

    parent = run(make_version({**loop, "branches": {"body": [sub]}}))

    jobs = parent.jobs.filter(node_key="sub").order_by("number")
    assert [job.result["output"] for job in jobs] == [7, 8]


def test_a_deleted_workflow_is_named_by_the_form(other):
    version = other()
    services.archive(version.workflow, NOW)

    found = problems(SubWorkflow, workflow=version.workflow_id)

    assert "not one of the available choices" in found["workflow"]
    assert Workflow.objects.present().count() == 0
