"""Executions that are committed together, and what one may do to the others."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW, drain
from tests.nodes import Echo, Write, node
from workflows import registry, services
from workflows.contracts import Effect, Succeeded
from workflows.engine import inline
from workflows.models import Category, Execution, Job
from workflows.services import Event
from workflows.states import ExecutionStatus


def start(version, *names):
    events = [
        Event(version.workflow_id, version.pk, name, {"data": name, "date": NOW})
        for name in names
    ]
    return services.start_many(events, NOW)


def statuses():
    return dict(Execution.objects.values_list("event_key", "status"))


def test_executions_of_a_group_end_each_in_their_way(make_version):
    start(make_version(node("write", "{{ trigger.data }}")), "one", "bad", "two")

    drain()

    assert statuses() == {"one": "succeeded", "bad": "error", "two": "succeeded"}


def test_a_node_that_raised_leaves_no_trace_of_its_effect(make_version):
    start(make_version(node("write", "{{ trigger.data }}")), "one", "bad", "two")

    drain()

    assert set(Category.objects.values_list("name", flat=True)) == {"one", "two"}


def test_an_error_leaves_the_effects_of_earlier_nodes(make_version, run):
    run(make_version(node("write", "kept"), node("boom")))

    assert Category.objects.get().name == "kept"


def test_a_broken_constraint_is_an_error_of_its_node(make_version):
    Category.objects.create(name="two")
    start(make_version(node("write", "{{ trigger.data }}")), "one", "two")

    drain()

    assert statuses() == {"one": "succeeded", "two": "error"}
    assert "IntegrityError" in Execution.objects.get(event_key="two").reason


def test_a_group_costs_few_statements(make_version, django_assert_max_num_queries):
    start(make_version(node("echo", 1, "a"), node("echo", 2, "b")), *"abcdefghij")

    with django_assert_max_num_queries(25):
        drain()

    assert Job.objects.count() == 20


def test_a_database_node_costs_no_statement_but_its_own(make_version, monkeypatch):
    # On a busy machine a group would be committed early, and be two.
    monkeypatch.setattr("workflows.engine.drain.GROUP_TIME", 60)
    start(make_version(node("write", "{{ trigger.data }}")), *"abcdefghij")
    with inline(lambda: NOW) as worker, CaptureQueriesContext(connection) as queries:
        worker.run()

    # Two claims, where a claim is two statements, and the one group.
    assert sum("SAVEPOINT" in query["sql"] for query in queries) <= 6
    assert Category.objects.count() == 10


class Unsure(Echo):
    """Meets a database that fails the first times."""

    type = "unsure"
    effect = Effect.DATABASE
    failures = 0

    def run(self, run):
        if run.config["value"] == "bad" and Unsure.failures:
            Unsure.failures -= 1
            raise OperationalError("deadlock detected")
        Category.objects.create(name=run.config["value"])
        return Succeeded()


@pytest.fixture
def unsure():
    with registry.nodes.temporarily("unsure", Unsure()):
        yield Unsure


def test_a_database_failure_repeats_the_group_one_by_one(make_version, unsure):
    unsure.failures = 1
    start(make_version(node("unsure", "{{ trigger.data }}")), "one", "bad", "two")

    drain()

    assert set(statuses().values()) == {"succeeded"}
    assert Category.objects.count() == 3


def test_a_database_that_fails_again_lets_the_execution_rest(make_version, unsure):
    unsure.failures = 2
    start(make_version(node("unsure", "{{ trigger.data }}")), "one", "bad")

    drain()

    resting = Execution.objects.get(event_key="bad")
    assert (resting.status, resting.deliveries) == (ExecutionStatus.QUEUED, 1)
    assert resting.due_at > NOW
    assert statuses()["one"] == "succeeded"


def test_the_last_delivery_blames_the_node(make_version, unsure):
    unsure.failures = 99
    start(make_version(node("unsure", "{{ trigger.data }}")), "bad")

    for _ in range(3):
        drain(Execution.objects.get().due_at)

    assert (
        Execution.objects.get().reason == "unsure: OperationalError: deadlock detected"
    )


def test_workers_that_died_before_do_not_blame_a_node_for_the_database(
    make_version, unsure
):
    unsure.failures = 2
    start(make_version(node("unsure", "{{ trigger.data }}")), "bad")
    Execution.objects.update(deliveries=2)

    drain()
    resting = Execution.objects.get()
    assert (resting.status, resting.deliveries) == (ExecutionStatus.QUEUED, 2)
    drain(resting.due_at)

    assert statuses() == {"bad": "succeeded"}


def test_effects_are_exactly_once_after_repeats(make_version, unsure):
    unsure.failures = 2
    start(make_version(node("write", "first"), node("unsure", "bad")), "bad")

    for _ in range(2):
        drain(Execution.objects.get().due_at)

    assert Category.objects.filter(name="first").count() == 1
    assert statuses() == {"bad": "succeeded"}


def test_write_is_a_database_node():
    assert Write.effect is Effect.DATABASE


class Canceller(Echo):
    """Cancels an execution of its own group, as a person may do meanwhile."""

    type = "canceller"

    def run(self, run):
        victim = Execution.objects.get(event_key="victim")
        if not victim.is_final:
            services.cancel(victim, NOW)
        return Succeeded()


def test_what_was_cancelled_in_mid_group_loses_its_effects(make_version):
    version = make_version(node("write", "{{ trigger.data }}"), node("canceller"))
    with registry.nodes.temporarily("canceller", Canceller()):
        start(version, "one", "victim")
        drain()

    assert statuses() == {"one": "succeeded", "victim": "cancelled"}
    assert [each.name for each in Category.objects.all()] == ["one"]
    assert not Job.objects.filter(execution__event_key="victim").exists()


class Hoard(Echo):
    """Tells how many executions are claimed and not begun, this one included."""

    type = "hoard"

    def run(self, run):
        return Succeeded(Execution.objects.filter(status="running").count())


def test_what_is_not_begun_in_time_is_handed_back_uncounted(make_version, monkeypatch):
    monkeypatch.setattr("workflows.engine.drain.GROUP_TIME", 0)
    monkeypatch.setattr("workflows.engine.drain.PATIENCE", 0)
    with registry.nodes.temporarily("hoard", Hoard()):
        start(make_version(node("hoard")), *"abcdef")
        drain()

    seen = Job.objects.order_by("pk").values_list("result", flat=True)
    assert list(seen) == [6, 1, 2, 1, 2, 1]
    assert set(statuses().values()) == {"succeeded"}


class Peek(Echo):
    """Tells how far the first execution is."""

    type = "peek"

    def run(self, run):
        return Succeeded(Execution.objects.earliest("pk").status)


@pytest.mark.parametrize(("time", "seen"), [(0, "succeeded"), (60, "running")])
def test_a_group_is_committed_when_its_time_is_over(
    make_version, monkeypatch, time, seen
):
    monkeypatch.setattr("workflows.engine.drain.GROUP_TIME", time)
    with registry.nodes.temporarily("peek", Peek()):
        start(make_version(node("peek")), "one", "two")
        drain()

    assert Job.objects.get(execution__event_key="two").result == seen
