"""Why an execution waits: the real cause, in a sentence."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.conftest import NOW, drain
from tests.handlers.nodes.test_loop import loop
from tests.handlers.nodes.test_parallel import parallel, waits
from tests.nodes import Flaky, node
from tests.workflows.admin.conftest import url
from workflows import services
from workflows.admin.executions.waiting import Asked, cause_of
from workflows.engine import register
from workflows.graph import walk
from workflows.models import Execution, Worker
from workflows.states import ExecutionStatus

SOON = timedelta(seconds=1)


@pytest.fixture
def cluster(db):
    """Let a worker live."""
    return register(Worker.Kind.WORKER, NOW)


def why(execution, now=NOW):
    """Ask for the cause as a page shows it, without its markup."""
    execution = Execution.objects.get(pk=execution.pk)
    nodes = {node["key"]: node for node in walk(execution.version.definition)}
    address = lambda number: url("execution_change", number)  # noqa: E731
    cause = cause_of(Asked(execution, now, nodes, address))
    return cause and re.sub(r"<[^>]+>", "", cause.text).strip()


@pytest.fixture
def queued(make_version):
    return services.run_manually(make_version(node("echo")), {}, NOW)


def test_ended_one_waits_for_nothing(make_version, run):
    assert why(run(make_version(node("echo")))) is None


def test_no_cluster_is_running(queued):
    assert why(queued) == (
        "It is ready, but no cluster is running: start one with manage.py runcluster."
    )


def test_silent_worker_is_named(queued, cluster):
    sentence = why(queued, NOW + timedelta(minutes=5))

    assert "no cluster is running" in sentence
    assert f"The worker {cluster} was last heard of at" in sentence


def test_web_server_that_runs_something_is_no_cluster(queued, db):
    register(Worker.Kind.WORKER, NOW, lease=timedelta(hours=1))

    assert "no cluster is running" in why(queued)


def test_free_worker_takes_it(queued, cluster):
    assert why(queued) == "It is ready; the next free worker takes it."


def test_others_are_before_it(queued, cluster):
    later = services.run_manually(queued.version, {}, NOW + SOON)

    assert why(later, NOW + SOON) == (
        "It waits for a free worker; 1 execution is before it."
    )


def test_moment_that_is_to_come(queued):
    Execution.objects.filter(pk=queued.pk).update(due_at=NOW + timedelta(hours=1))

    assert why(queued) == "It begins at 2026-11-22 10:00:00."


def test_worker_has_it(queued, cluster):
    mine = Execution.objects.filter(pk=queued.pk)
    mine.move(ExecutionStatus.RUNNING, owner=cluster.pk, due_at=None, started_at=NOW)

    assert why(queued) == f"The worker {cluster} has it since 2026-11-22 09:00:00."


def test_node_is_under_way(make_version, cluster):
    execution = services.run_manually(make_version(node("outside")), {}, NOW)
    running = {"owner": cluster.pk, "due_at": None, "started_at": NOW}
    Execution.objects.filter(pk=execution.pk).move(ExecutionStatus.RUNNING, **running)
    job = {"node_key": "outside", "node_type": "outside", "status": "running"}
    execution.jobs.create(number=1, started_at=NOW, **job)

    sentence = why(execution)

    assert sentence.startswith("“Echo” is under way since 2026-11-22 09:00:00")
    assert str(cluster) in sentence


def test_worker_is_silent(queued, cluster):
    mine = Execution.objects.filter(pk=queued.pk)
    mine.move(ExecutionStatus.RUNNING, owner=cluster.pk, due_at=None)

    assert "was last heard of at" in why(queued, NOW + timedelta(minutes=5))
    cluster.delete()
    assert why(queued) == "Its worker is gone; a scheduler gives it to another one."


def test_policy_holds_it_behind_another(make_version, cluster):
    version = make_version(node("pause"), options={"concurrency": "queue"})
    first, second, third = (services.run_manually(version, {}, NOW) for _ in range(3))
    drain()

    assert why(second) == (
        f"It waits until Execution {first.pk} has ended: only so many may run at once."
    )
    assert why(third).endswith("1 other is before it.")


def test_delay_has_its_moment(make_version, run):
    assert why(run(make_version(waits(5, "w")))) == (
        "“Delay” waits until 2026-11-22 09:05:00."
    )


def test_delay_that_is_over_waits_for_a_worker(make_version, run, cluster):
    execution = run(make_version(waits(5, "w")))

    sentence = why(execution, NOW + timedelta(minutes=5))

    assert "no cluster is running" in sentence


def test_delay_inside_of_a_loop_is_named(make_version, run):
    execution = run(make_version(loop(3, [waits(5, "w")])))

    assert why(execution) == "“Delay” waits until 2026-11-22 09:05:00."


def test_first_branch_to_go_on_is_named(make_version, run):
    execution = run(make_version(parallel(a=[waits(9, "v")], b=[waits(5, "w")])))

    assert why(execution) == (
        "“Delay” waits until 2026-11-22 09:05:00. 1 other branch waits, too."
    )


def test_next_try_has_its_moment_and_number(make_version, run):
    Flaky.troubles = [ValueError("busy")]
    retry = {"attempts": 5, "first": 60}

    sentence = why(run(make_version(node("flaky", title="Call", retry=retry))))

    assert sentence == (
        "“Call” went wrong and is tried again at 2026-11-22 09:01:00: attempt 2 of 5."
    )


def test_people_are_named(make_version, run):
    User.objects.create_user("alice", first_name="Alice", is_staff=True)
    config = {"title": "Pay?", "users": "alice"}
    asks = {"key": "ask", "type": "manual", "config": config}

    assert why(run(make_version(asks))) == (
        "“Manual task” waits for an answer of Alice (alice)."
    )


def test_deadline_of_people_is_said(make_version, run):
    User.objects.create_user("alice", is_staff=True)
    limit = {"deadline": "duration", "amount": 1, "unit": "days"}
    config = {"title": "Pay?", "users": "alice", **limit}
    asks = {"key": "ask", "type": "manual", "config": config}

    assert why(run(make_version(asks))).endswith(
        "an answer of alice, until 2026-11-23 09:00:00 at most."
    )


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"source": "event", "name": "paid"}, "the event “paid”"),
        (
            {"source": "event", "name": "paid", "correlation": "17"},
            "the event “paid” about “17”",
        ),
        ({}, "an answer at its address"),
    ],
)
def test_event_is_named(make_version, run, config, words):
    wait = {"key": "wait", "type": "wait_event", "config": config}

    assert why(run(make_version(wait))) == f"“Wait for an event” waits for {words}."


def test_child_is_linked(make_version, run):
    child = make_version(node("pause", "for ever"), title="Child")
    services.enable(child, NOW)
    config = {"workflow": child.workflow_id}
    parent = run(make_version({"key": "sub", "type": "subworkflow", "config": config}))
    started = Execution.objects.get(workflow=child.workflow_id)

    assert why(parent) == (
        f"“Sub-workflow” waits for the end of Execution {started.pk}."
    )


def test_nothing_to_name_is_said_so(make_version, run, queued):
    Execution.objects.filter(pk=queued.pk).update(due_at=None)
    waiting = run(make_version(node("pause", "for ever")))
    waiting.jobs.all().delete()

    assert why(queued) == "It waits for its turn."
    assert why(waiting) == "It waits."


def test_node_that_cannot_say_what_it_waits_for_harms_nothing(make_version, run):
    User.objects.create_user("alice", is_staff=True)
    config = {"title": "Pay?", "users": "alice"}
    execution = run(make_version({"key": "ask", "type": "manual", "config": config}))
    execution.jobs.update(result={"task": -1})

    assert why(execution).endswith("waits for an event or an answer.")


def test_whatever_comes_is_said_so(make_version, run):
    execution = run(make_version(node("pause", "for ever")))

    assert why(execution) == "“Echo” waits for an event or an answer."
