"""What the answers of nodes do to an execution."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Outside, node
from workflows import registry
from workflows.engine import forget_compiled
from workflows.engine.answers import shown as kept
from workflows.states import ExecutionStatus, JobStatus


def jobs(execution, *columns):
    return list(execution.jobs.values_list(*columns))


def test_nodes_run_one_after_the_other(make_version, run):
    execution = run(make_version(node("echo", 1, "a"), node("echo", 2, "b")))

    assert execution.status == ExecutionStatus.SUCCEEDED
    assert jobs(execution, "number", "node_key", "result") == [(1, "a", 1), (2, "b", 2)]


def test_a_workflow_without_nodes_succeeds(make_version, run):
    assert run(make_version()).status == ExecutionStatus.SUCCEEDED


def test_a_node_sees_the_results_before_it(make_version, run):
    execution = run(
        make_version(node("echo", 4, "a"), node("echo", "{{ nodes.a * 2 }}"))
    )

    assert execution.jobs.get(number=2).result == 8


def test_a_job_keeps_what_its_expressions_gave(make_version, run):
    execution = run(make_version(node("echo", "{{ 1 + 1 }}")))

    assert execution.jobs.get().input == {"value": 2}


@pytest.mark.parametrize(("value", "taken"), [(1, "a"), (0, "b")])
def test_the_chosen_branch_runs_and_then_what_follows(make_version, run, value, taken):
    branches = {"yes": [node("echo", 1, "a")], "no": [node("echo", 1, "b")]}
    version = make_version(
        node("choose", value, branches=branches), node("echo", 1, "c")
    )

    execution = run(version)

    assert jobs(execution, "node_key") == [("choose",), (taken,), ("c",)]


def test_an_exception_ends_the_execution_with_node_message_and_traceback(
    make_version, run
):
    execution = run(make_version(node("boom", title="Explode"), node("echo")))

    job = execution.jobs.get()
    assert (execution.status, job.status) == (ExecutionStatus.ERROR, JobStatus.ERROR)
    assert execution.reason == "Explode: ValueError: boom"
    assert "Traceback (most recent call last)" in job.traceback


def test_an_expression_error_ends_the_execution_with_its_sentence(make_version, run):
    execution = run(make_version(node("echo", "{{ trigger.data.total }}")))

    assert execution.status == ExecutionStatus.ERROR
    assert "trigger.data.total" in execution.jobs.get().error


def test_a_failure_ends_the_execution_without_a_traceback(make_version, run):
    execution = run(make_version(node("refuse", 5), node("echo")))

    job = execution.jobs.get()
    assert execution.status == ExecutionStatus.FAILED
    assert (job.error, job.traceback, job.result) == ("not today", "", {"asked": 5})


@pytest.mark.parametrize(
    ("value", "status"), [("well", "succeeded"), ("badly", "failed")]
)
def test_an_end_node_ends_the_execution_from_inside_a_branch(
    make_version, run, value, status
):
    branches = {"yes": [node("stop", value)], "no": []}
    version = make_version(node("choose", 1, branches=branches), node("echo"))

    execution = run(version)

    assert (execution.status, execution.jobs.count()) == (status, 2)


def test_a_disabled_node_is_skipped(make_version, run):
    execution = run(make_version(node("boom", disabled=True), node("echo", 1)))

    assert jobs(execution, "status") == [("skipped",), ("succeeded",)]


def test_a_waiting_node_frees_the_worker_until_its_moment(make_version, run):
    execution = run(make_version(node("pause"), node("echo", "{{ nodes.pause }}")))

    assert (execution.status, execution.owner) == (ExecutionStatus.WAITING, None)
    assert execution.due_at == NOW + timedelta(minutes=1)


def test_a_waiting_node_goes_on_when_its_moment_comes(make_version, run):
    execution = run(make_version(node("pause"), node("echo", "{{ nodes.pause }}")))

    drain(NOW + timedelta(seconds=59))
    assert execution.jobs.count() == 1
    drain(NOW + timedelta(minutes=1))

    assert jobs(execution, "status", "result")[1] == ("succeeded", "waited")


def test_results_from_before_a_wait_are_still_there(make_version, run):
    version = make_version(
        node("echo", 7, "a"), node("pause"), node("echo", "{{ nodes.a }}")
    )
    execution = run(version)

    drain(NOW + timedelta(minutes=1))

    assert execution.jobs.get(number=3).result == 7


def test_a_result_that_json_cannot_hold_is_an_error_of_the_node(make_version, run):
    execution = run(make_version(node("odd")))

    assert execution.status == ExecutionStatus.ERROR
    assert "cannot be stored as JSON" in execution.jobs.get().error


def test_a_result_that_is_too_large_is_cut_with_a_note(make_version, run, settings):
    settings.WORKFLOWS = {"RESULT_LIMIT": 100}

    execution = run(make_version(node("echo", "x" * 200)))

    job = execution.jobs.get()
    assert len(job.result["cut"]) == 50
    assert "more than 100; it was cut" in job.log


def test_an_input_that_is_too_large_is_cut_with_a_note(make_version, run, settings):
    settings.WORKFLOWS = {"RESULT_LIMIT": 100}
    choose = node("choose", "{{ 1 }}" + "x" * 200, branches={"yes": [], "no": []})

    execution = run(make_version(choose))

    shown = execution.jobs.get().input["value"]
    assert execution.status == ExecutionStatus.SUCCEEDED
    assert len(shown["cut"]) == 50
    assert "more than 100; it was cut" in shown["note"]


ODD = ["a\0b", float("nan"), "\ud800", {"deep": [float("inf")]}, object()]


@pytest.mark.parametrize("value", ODD, ids=["NUL", "NaN", "half", "infinite", "object"])
def test_an_input_that_cannot_be_stored_is_told_and_not_kept(value):
    assert "cannot be stored" in kept(value)["note"]


@pytest.mark.parametrize("value", [None, True, 7, NOW, "a\nb", {"a": [1.5]}, [NOW]])
def test_an_input_that_can_be_stored_is_kept_as_it_is(value):
    assert kept(value) is value


def test_an_outside_node_gets_a_key_for_its_effect(make_version, run):
    execution = run(make_version(node("outside", 1, "call")))

    assert Outside.asked[0].idempotency_key == f"{execution.pk}-call-1"


def test_a_timeout_is_looked_at_before_each_node(make_version, run):
    version = make_version(node("pause"), node("echo"), options={"timeout": 60})
    execution = run(version)

    drain(NOW + timedelta(minutes=1))
    execution.refresh_from_db()

    assert execution.status == ExecutionStatus.TIMED_OUT
    assert jobs(execution, "status") == [("cancelled",)]


def test_a_version_that_is_gone_ends_its_executions_with_a_reason(make_version, run):
    version = make_version(node("pause"))
    execution = run(version)
    version.delete()
    forget_compiled()

    drain(NOW + timedelta(minutes=1))
    execution.refresh_from_db()

    assert execution.reason == "its version no longer exists"


def test_a_node_type_that_was_removed_is_an_error_of_its_node(make_version, run):
    execution = run(make_version(node("pause"), node("echo")))
    registry.nodes._entries.pop("echo")
    forget_compiled()

    drain(NOW + timedelta(minutes=1))

    job = execution.jobs.get(number=2)
    assert (job.node_key, job.status) == ("echo", JobStatus.ERROR)
    assert "There is no node type 'echo'" in job.error
